import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { parse } from '@formatjs/icu-messageformat-parser';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/**
 * Builds the portal and the explorer into `dist`. Everything is a file of our own origin: no inline script, no inlined
 * font or image, no `eval`, so that `script-src 'self'` and `font-src 'self'` hold.
 */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), compiledMessages(), fontFiles(), compressedFiles()],
  resolve: {
    // The messages come parsed: the page needs no parser.
    alias: [
      { find: /^@formatjs\/icu-messageformat-parser$/, replacement: '@formatjs/icu-messageformat-parser/no-parser.js' },
    ],
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // A polyfill would be an inline script in older targets; every browser we serve preloads modules by itself.
    modulePreload: { polyfill: false },
    target: 'es2022',
    // The explorer holds an editor of several megabytes, loaded only on its own page.
    chunkSizeWarningLimit: 4_000,
    rolldownOptions: {
      // GraphiQL's files carry a directive of the React compiler that a bundle may ignore.
      onLog: (level, log, report) => log.code === 'MODULE_LEVEL_DIRECTIVE' || report(level, log),
      input: {
        portal: fileURLToPath(new URL('index.html', import.meta.url)),
        explorer: fileURLToPath(new URL('explorer.html', import.meta.url)),
      },
    },
  },
  worker: { format: 'es' },
});

/** Parses the messages while the portal is built: a text with values becomes its syntax tree, any other stays a text. */
function compiledMessages(): Plugin {
  return {
    name: 'compiled-messages',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/messages\.\w+\.json$/.test(id)) return null;
      const messages = Object.entries(JSON.parse(code) as Record<string, string>);
      const compiled = messages.map(([name, message]) => [name, message.includes('{') ? parse(message) : message]);
      return JSON.stringify(Object.fromEntries(compiled));
    },
  };
}

/**
 * Fonts that a package carries inside its CSS become files: `font-src 'self'` refuses data, and a file is loaded only when a
 * letter needs it. (GraphiQL has half a megabyte of them.)
 */
function fontFiles(): Plugin {
  return {
    name: 'font-files',
    generateBundle(_options, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
        file.source = String(file.source).replaceAll(
          /url\(["']?data:font\/(\w+);(?:charset=utf-8;)?base64,([A-Za-z0-9+/=]+)["']?\)/g,
          (_whole, kind: string, data: string) => {
            const source = Buffer.from(data, 'base64');
            const fileName = `assets/font-${createHash('sha256').update(source).digest('hex').slice(0, 10)}.${kind}`;
            this.emitFile({ type: 'asset', fileName, source });
            return `url(/${fileName})`;
          },
        );
      }
    },
  };
}

/** From this size on a file is worth compressing, in bytes. */
const COMPRESSED_BYTES_MIN = 1_000;
/** Files up to this size are compressed as small as can be, in bytes. Above it lies the explorer's editor, where that would hold up the build. */
const SMALLEST_BYTES_MAX = 300_000;

/** Writes each text a second time, compressed, for the gateway to send as it is: by Brotli, and by gzip for what does not read that. */
function compressedFiles(): Plugin {
  return {
    name: 'compressed-files',
    apply: 'build',
    async writeBundle({ dir = '' }, bundle) {
      await Promise.all(
        Object.values(bundle).map(async (file) => {
          const text = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          if (!/\.(js|css|html|svg)$/.test(file.fileName) || text.length < COMPRESSED_BYTES_MIN) return;
          const quality = text.length <= SMALLEST_BYTES_MAX ? constants.BROTLI_MAX_QUALITY : 5;
          const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
          const place = path.join(dir, file.fileName);
          await writeFile(`${place}.br`, await promisify(brotliCompress)(text, { params }));
          await writeFile(`${place}.gz`, await promisify(gzip)(text));
        }),
      );
    },
  };
}
