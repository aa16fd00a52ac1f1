import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { toBatches } from "../../src/cli/import/batches.ts";
import { type Format, readUsers } from "../../src/cli/import/formats.ts";
import type { Row } from "../../src/cli/import/rows.ts";

const MIB = 1024 * 1024;
const LONG_LINE = `${"x".repeat(99)}\n`;

async function rowsOf(file: string | Buffer, format: Format, chunkSize = 64 * 1024): Promise<Row[]> {
  const bytes = Buffer.from(file);
  function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize);
  }
  return Array.fromAsync(readUsers(Readable.from(chunks()), format));
}

/** Line and user, or line and problem. */
async function read(file: string | Buffer, format: Format, chunkSize?: number): Promise<unknown[]> {
  const rows = await rowsOf(file, format, chunkSize);
  return rows.map(({ line, parsed }) => {
    if ("problem" in parsed) {
      return [line, parsed.problem];
    }
    const { $typeName: _, ...user } = parsed.user;
    const given = Object.entries(user).filter(([, value]) => value !== "" && value !== 0 && value !== 0n);
    return [line, Object.fromEntries(given)];
  });
}

test("takes field names in both spellings, blank lines, a byte order mark and Windows line ends", async () => {
  const file = '\ufeff{"externalId":"1","displayName":"Ada"}\r\n\r\n  \n{"external_id":"2"}\r\n{"external_id":"3"}';
  expect(await read(file, "ndjson")).toEqual([
    [1, { externalId: "1", displayName: "Ada" }],
    [4, { externalId: "2" }],
    [5, { externalId: "3" }],
  ]);
});

test("says of each bad line what is wrong, and goes on", async () => {
  const file = ['{"name":', "[]", '"text"', '{"nmae":"Ada"}', '{"name":7}', '{"status":"GONE"}', '{"name":"Ada"}'].join(
    "\n",
  );
  expect(await read(file, "ndjson")).toEqual([
    [1, expect.stringContaining("JSON")],
    [2, "not a JSON object"],
    [3, "not a JSON object"],
    [4, expect.stringContaining('"nmae" is unknown')],
    [5, expect.stringContaining("expected string")],
    [6, expect.stringContaining("USER_STATUS_GONE")],
    [7, { name: "Ada" }],
  ]);
});

test("refuses bytes that are not UTF-8 and surrogates without their other half", async () => {
  const bytes = Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}\n')]);
  expect(await read(bytes, "ndjson")).toEqual([[1, "not UTF-8"]]);
  const escaped = String.raw`{"metadata":{"a":["\ud83d"]}}`;
  expect(await read(escaped, "ndjson")).toEqual([[1, "contains an unpaired surrogate"]]);
  const pair = String.raw`{"metadata":{"a":"\ud83d\ude00"}}`;
  expect(await read(pair, "ndjson")).toEqual([[1, { metadata: { a: "😀" } }]]);
});

test("ignores what only the server decides", async () => {
  const file = JSON.stringify({
    account_id: "elsewhere",
    id: "U1",
    etag: "9-9",
    version: "4",
    createTime: "2026-01-01T00:00:00Z",
    update_time: "nonsense",
    deleteTime: null,
  });
  expect(await read(file, "ndjson")).toEqual([[1, { id: "U1" }]]);
});

test("keeps every key of metadata, `__proto__` too", async () => {
  const [row] = await rowsOf('{"metadata":{"__proto__":{"a":1},"constructor":null}}', "ndjson");
  const metadata = row !== undefined && "user" in row.parsed ? row.parsed.user.metadata : undefined;
  expect(JSON.stringify(metadata)).toBe('{"__proto__":{"a":1},"constructor":null}');
});

test("a line of more than 1 MiB is a bad row, whatever comes after it", async () => {
  const long = JSON.stringify({ about: "x".repeat(5 * MIB) });
  const rows = await rowsOf(`{"name":"a"}\n${long}\n{"name":"b"}\n`, "ndjson");
  expect(rows.map(({ line, parsed }) => [line, "user" in parsed])).toEqual([
    [1, true],
    [2, false],
    [3, true],
  ]);
  expect(String(rows[1]?.row)).toHaveLength(1000);
  const exact = `{"about":"${"x".repeat(MIB - 13)}"}\n`;
  expect((await rowsOf(exact, "ndjson")).map(({ parsed }) => "user" in parsed)).toEqual([true]);
});

const CSV = `\ufeffexternal_id,email,name,display_name,status,metadata,metadata.team,super_admin,etag\r
1,ada@example.com,Ada,"Ada, ""the"" first\r
of us",ACTIVE,"{""a"":{""b"":[1,null]},""team"":""x""}",blue,false,1-1\r
\r
,,,,,,,,\r
2,,,,USER_STATUS_INVITED,,,,
`;

test("reads CSV: quotes, line ends between them, empty cells as absent, metadata as JSON and by key", async () => {
  expect(await read(CSV, "csv")).toEqual([
    [
      2,
      {
        externalId: "1",
        email: "ada@example.com",
        name: "Ada",
        displayName: 'Ada, "the" first\r\nof us',
        status: 2,
        metadata: { a: { b: [1, null] }, team: "blue" },
        superAdmin: false,
      },
    ],
    [6, { externalId: "2", status: 1 }],
  ]);
});

test("cuts a file the same way, however it comes in", async () => {
  const whole = await rowsOf(CSV, "csv");
  for (const chunkSize of [1, 2, 3, 7, 64]) {
    expect(await rowsOf(CSV, "csv", chunkSize)).toEqual(whole);
  }
  const unclosed = `name\n"${LONG_LINE.repeat(11_000)}a\nb\n`;
  const cut = await rowsOf(unclosed, "csv", 1000);
  expect(cut).toEqual(await rowsOf(unclosed, "csv", 77_777));
});

test("says of each bad record of CSV what is wrong, and goes on", async () => {
  const file = 'name,metadata,super_admin\na,,,\nb,{,\nc,,maybe\n5" pipe,,\n"d"e,,\nf,"[1]",\ng,,true\n';
  expect(await read(file, "csv")).toEqual([
    [2, "has 4 cells where the header has 3"],
    [3, expect.stringContaining("Struct")],
    [4, expect.stringContaining("super_admin")],
    // What the library says, but for the line that it counts in the record alone.
    [5, "Invalid Opening Quote: a quote is found on field 0"],
    [6, 'Invalid Closing Quote: got "e"'],
    [7, expect.stringContaining("Struct")],
    [8, { name: "g", superAdmin: true }],
  ]);
});

test("a quote that is never closed does not swallow the file", async () => {
  const rows = await rowsOf(`name\n"a\n${LONG_LINE.repeat(11_000)}b\n`, "csv");
  expect(rows[0]).toMatchObject({ line: 2, parsed: { problem: expect.stringContaining("longer than") } });
  expect(rows.at(-1)).toMatchObject({ line: 11_003, row: { name: "b" } });
});

test.each(["nmae\n", "name,name\n", "name,\n", "metadata.\n", '"na\n'])("refuses the CSV header %j", async (file) => {
  await expect(rowsOf(file, "csv")).rejects.toThrow("the first line of the CSV must name its columns");
});

test("batches hold 1000 rows, or 2 MiB of text", async () => {
  const sizes = async (file: string) =>
    (await Array.fromAsync(toBatches(readUsers(Readable.from([Buffer.from(file)]), "ndjson")))).map(
      ({ rows }) => rows.length,
    );
  expect(await sizes('{"name":"a"}\n'.repeat(2500))).toEqual([1000, 1000, 500]);
  expect(await sizes(`{"about":"${"x".repeat(900 * 1024)}"}\n`.repeat(5))).toEqual([2, 2, 1]);
});
