import type { Request } from "../request-response.ts";

/** The body; of one that is longer than `max`, its beginning, which is longer as well. Undefined: its sender has gone. */
export function readBody(request: Request, max: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (body: Buffer | undefined) => {
      request.off("data", take).off("end", end).off("close", gone).off("error", gone);
      resolve(body);
    };
    const [only, whole] = [() => chunks[0], () => Buffer.concat(chunks, size)];
    const end = () => settle((chunks.length === 1 ? only() : undefined) ?? whole());
    const gone = () => settle(undefined);
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > max) {
        request.pause();
        settle(whole());
      }
    };
    request.on("data", take).on("end", end).on("close", gone).on("error", gone);
  });
}
