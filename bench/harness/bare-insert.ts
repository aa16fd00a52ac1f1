// The rows of one database into the same tables of another, as fast as better-sqlite3 can: bare-insert.ts FROM TO BATCH SKIP
// Prints rows per second, without the first SKIP. Rows come in pairs, as Roster writes them: a user, and the change that created it.
import Database from "better-sqlite3";

const [, , from = "", to = "", batch = "", skip = ""] = process.argv;
const TABLES = ["users", "changes"];
const FIRST_REVISION = 1;

const source = new Database(from, { readonly: true });
const target = new Database(to);
for (const setting of ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -65536"]) {
  target.pragma(setting);
}
// What the first start writes is there already.
const [users = [], changes = []] = TABLES.map((table) =>
  source.prepare(`select * from ${table} where revision > ${FIRST_REVISION} order by rowid`).raw().all(),
);
const [insertUser, insertChange] = TABLES.map((table) => {
  const columns = source.prepare(`select * from ${table}`).columns();
  return target.prepare(`insert into ${table} values (${columns.map(() => "?").join(", ")})`);
});
const insertBatch = target.transaction((first: number, last: number) => {
  for (let row = first; row < last; row += 1) {
    insertUser?.run(users[row]);
    insertChange?.run(changes[row]);
  }
});

let start = performance.now();
for (let row = 0; row < users.length; row += Number(batch)) {
  if (row === Number(skip)) {
    start = performance.now();
  }
  insertBatch(row, Math.min(row + Number(batch), users.length));
}
console.log(((users.length - Number(skip)) * 1000) / (performance.now() - start));
