import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { RosterError } from "./errors.ts";

/**
 * Gives a token of an identity provider. Called before each call, so keep the token for as long as it is good. `refused` is the token
 * that the server has just refused, if it has: time for another.
 */
export type TokenSource = (refused?: string) => string | Promise<string>;

/** Calls with the secret of a key. An interceptor would have to be given when the transport is created, and callers may bring their own. */
export function withSecret(transport: Transport, secret: string): Transport {
  return {
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.unary(method, signal, timeoutMs, authorized(header, secret), input, contextValues),
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, timeoutMs, authorized(header, secret), input, contextValues),
  };
}

/** Calls with a token, and once more with another if it is refused. A stream has to be opened again by its reader. */
export function withToken(transport: Transport, source: TokenSource): Transport {
  const tokens = new Tokens(source);
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const call = (token: string) =>
        transport.unary(method, signal, timeoutMs, authorized(header, token), input, contextValues);
      const token = await tokens.take();
      try {
        return await call(token);
      } catch (error) {
        if (!tokens.isRefused(error, token)) throw error;
        const other = await tokens.take();
        if (other === token) throw error;
        return await call(other);
      }
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      const token = await tokens.take();
      const response = await transport.stream(method, signal, timeoutMs, authorized(header, token), input, contextValues);
      return { ...response, message: noticing(response.message, (error) => tokens.isRefused(error, token)) };
    },
  };
}

class Tokens {
  readonly #source: TokenSource;
  #refused: string | undefined;
  #asked: Promise<string> | undefined;

  constructor(source: TokenSource) {
    this.#source = source;
  }

  /** Calls that come at once share an answer. */
  async take(): Promise<string> {
    try {
      this.#asked ??= Promise.resolve(this.#source(this.#refused));
      const token = await this.#asked;
      if (token !== this.#refused) this.#refused = undefined;
      return token;
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new ConnectError(`there is no token to call with: ${message}`, Code.Unavailable, undefined, undefined, cause);
    } finally {
      this.#asked = undefined;
    }
  }

  isRefused(error: unknown, token: string): boolean {
    const isRefused = RosterError.from(error).reason === "TOKEN_INVALID";
    if (isRefused) this.#refused = token;
    return isRefused;
  }
}

function authorized(given: Parameters<Transport["unary"]>[3], secret: string): Headers {
  const header = new Headers(given);
  header.set("authorization", `Bearer ${secret}`);
  return header;
}

async function* noticing<T>(messages: AsyncIterable<T>, notice: (error: unknown) => void): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    notice(error);
    throw error;
  }
}
