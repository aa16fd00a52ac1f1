// Builds the console into a folder, with compressed copies of each file, so that the server has nothing left to do.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "vite";

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../../dist/command/console"));

// React is for production, also where tests build it.
process.env["NODE_ENV"] = "production";
await build({ configFile: join(import.meta.dirname, "vite.config.ts"), logLevel: "warn", build: { outDir: folder } });
for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
  if ([".css", ".html", ".js", ".svg"].includes(extname(name))) {
    const path = join(folder, name);
    const plain = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(plain));
    writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  }
}
