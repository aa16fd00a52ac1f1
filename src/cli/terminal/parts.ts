/** What comes in parts, each made into something else. */
export async function* mapParts<A, B>(parts: AsyncIterable<A>, map: (part: A) => B): AsyncGenerator<B> {
  for await (const part of parts) {
    yield map(part);
  }
}
