import net from 'node:net';

/** The way between one client and the desk. A test can cut it as the world does, for every connection on it at once. */
export class Line {
  readonly #server: net.Server;
  readonly #to: number;
  readonly #ends = new Set<net.Socket>();
  /** Clients' ends that wait for a silent line to speak again. */
  #held: net.Socket[] = [];
  #state: 'whole' | 'torn' | 'silent' = 'whole';

  private constructor(to: number) {
    this.#to = to;
    this.#server = net.createServer({ pauseOnConnect: true }, (near) => this.#accept(near));
  }

  /** A line to a port of this machine. */
  static async open(to: number): Promise<Line> {
    const line = new Line(to);
    await new Promise<void>((resolve) => line.#server.listen(0, '127.0.0.1', resolve));
    return line;
  }

  /** What `launchBrowser` needs to send a browser over this line. */
  get route(): { from: number; to: number } {
    return { from: this.#to, to: (this.#server.address() as net.AddressInfo).port };
  }

  /** Resets every connection and each new one: a router that was restarted. */
  tear(): void {
    this.#state = 'torn';
    for (const end of this.#ends) end.resetAndDestroy();
  }

  /** Lets nothing through and closes nothing: a pulled cable. */
  silence(): void {
    this.#state = 'silent';
    this.strand();
  }

  /** Lets nothing more through on the connections there are, and closes none; new ones work: a relay that forgot them. */
  strand(): void {
    for (const end of this.#ends) end.pause();
  }

  /** Lets everything through again, what was held back first. */
  restore(): void {
    this.#state = 'whole';
    for (const end of this.#ends) end.resume();
    for (const near of this.#held.splice(0)) this.#join(near);
  }

  /** Ends the line and what runs over it. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const end of [...this.#ends, ...this.#held]) end.destroy();
    await closed;
  }

  #accept(near: net.Socket): void {
    near.on('error', () => near.destroy());
    if (this.#state === 'torn') near.resetAndDestroy();
    else if (this.#state === 'silent') this.#held.push(near);
    else this.#join(near);
  }

  #join(near: net.Socket): void {
    const far = net.connect(this.#to, '127.0.0.1');
    this.#carry(near, far);
    this.#carry(far, near);
    near.resume();
  }

  // Not `pipe`: it would resume by itself an end that was paused.
  #carry(from: net.Socket, to: net.Socket): void {
    this.#ends.add(from);
    from.on('data', (data) => to.write(data));
    from.on('end', () => to.end());
    from.on('error', () => from.destroy());
    from.on('close', () => {
      this.#ends.delete(from);
      to.destroy();
    });
  }
}
