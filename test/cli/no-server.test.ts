import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { startTestServer } from "../support/server.ts";
import { callerOf, roster } from "./run.ts";

const whoAmI = (url: string) => roster(["whoami"], { env: callerOf({ url, secret: "none" }) });

test("what is no Roster server is told from one, in two lines", LONG, async () => {
  const other = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await new Promise((resolve) => other.once("listening", resolve));
  const { port } = other.address() as AddressInfo;
  expect(await whoAmI(`http://127.0.0.1:${port}`)).toEqual({
    code: 6,
    stdout: "",
    stderr: expect.stringMatching(
      /^roster: can't reach the server at http:\S+ \(Protocol error\)\nnext: is it running.+\n$/,
    ),
  });
});

test("TLS where there is none is told, and so is a path where there is nothing", LONG, async () => {
  const { url, stop } = await startTestServer();
  onTestFinished(stop);
  expect(await whoAmI(url.replace("http:", "https:"))).toEqual({
    code: 6,
    stdout: "",
    stderr: expect.stringMatching(
      /^roster: can't reach .+\(.*wrong version number\)\nnext: there may be no TLS at this port: try http:.+\n$/,
    ),
  });
  expect(await whoAmI(`${url}/elsewhere`)).toEqual({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^roster: UNIMPLEMENTED METHOD_UNKNOWN: .+\nnext: .+\n$/),
  });
});
