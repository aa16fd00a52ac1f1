// Writes the schema with everything that it imports, and the details of errors, into one folder: all that protoc of any language needs.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dirname, "..");
const SCHEMAS_OF_PROTOC = ["any", "descriptor", "duration", "field_mask", "struct", "timestamp"];

const [folder = join(ROOT, "dist/proto")] = process.argv.slice(2);
if (existsSync(join(folder, "roster"))) {
  console.error(`${folder} has a schema already: remove it first, or name another folder`);
  process.exit(1);
}
execFileSync("buf", ["export", join(ROOT, "proto"), "-o", folder], { cwd: ROOT, stdio: "inherit" });
cpSync(join(ROOT, "third_party/proto/google/rpc"), join(folder, "google/rpc"), { recursive: true });
cpSync(join(ROOT, "third_party/proto/grpc/health"), join(folder, "grpc/health"), { recursive: true });
for (const name of SCHEMAS_OF_PROTOC) {
  const path = `google/protobuf/${name}.proto`;
  cpSync(join(ROOT, "node_modules/google-proto-files", path), join(folder, path));
}
console.log(folder);
