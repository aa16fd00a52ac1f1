/** A request to create a user whose metadata is that many levels deep. */
export function deepCreateUserRequest(depth: number): Buffer {
  let metadata: Uint8Array = Buffer.alloc(0);
  for (let level = 0; level < depth; level++) {
    const value = field(0x2a, metadata);
    metadata = field(0x0a, Buffer.concat([field(0x0a, Buffer.from("a")), field(0x12, value)]));
  }
  return field(0x1a, field(0x4a, metadata));
}

function field(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const parts: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) {
    parts.push((rest % 128) + 128);
  }
  return Buffer.from([...parts, rest]);
}
