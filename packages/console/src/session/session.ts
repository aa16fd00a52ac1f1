import { createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { createContext, use } from "react";
import { problemOf } from "../api/problem.ts";
import { createQueryClient } from "../api/query-client.ts";
import { ApiKeyService, type WhoAmIResponse } from "../api/schema.ts";
import { createTransport } from "../api/transport.ts";

/** Somebody who is signed in. */
export interface Session {
  readonly who: WhoAmIResponse;
  readonly transport: Transport;
  readonly queryClient: QueryClient;
  /** Whether the caller may make a call, as far as its role goes: `roster.v1.UserService/CreateUser`. */
  readonly methods: ReadonlySet<string>;
  signOut(): void;
  /** Every failure is shown to it: where the secret is no longer taken, the session ends. */
  noteFailure(error: unknown): void;
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === undefined) throw new Error("nobody is signed in");
  return session;
}

/** Whether the caller may make the call, by its role. */
export function useMay(method: { readonly parent: { readonly typeName: string }; readonly name: string }): boolean {
  return useSession().methods.has(`${method.parent.typeName}/${method.name}`);
}

const ENDING: ReadonlySet<string> = new Set(["API_KEY_INVALID", "TOKEN_INVALID", "ACCOUNT_SUSPENDED"]);

/** Proves a secret to the server. Throws the server's error. `onEnd`: it is no longer taken, or the caller signs out. */
export async function openSession(secret: string, onEnd: (reason?: string) => void): Promise<Session> {
  const transport = createTransport(secret);
  const who = await createClient(ApiKeyService, transport).whoAmI({});
  const end = (reason?: string) => {
    queryClient.clear();
    onEnd(reason);
  };
  const noteFailure = (error: unknown) => {
    const { reason, message } = problemOf(error);
    if (reason !== undefined && ENDING.has(reason)) end(message);
  };
  const queryClient = createQueryClient(noteFailure);
  return { who, transport, queryClient, methods: new Set(who.methods), signOut: () => end(), noteFailure };
}
