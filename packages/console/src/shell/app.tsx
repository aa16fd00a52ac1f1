import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { forgetSecret } from "../session/kept-secret.ts";
import { type Session, SessionContext } from "../session/session.ts";
import { SignIn } from "../session/sign-in.tsx";
import { Toasts } from "../ui/toasts.tsx";
import { Shell } from "./shell.tsx";

/** The sign-in, and behind it the console. */
export function App() {
  const [session, setSession] = useState<Session>();
  const [ended, setEnded] = useState<string>();
  const end = (reason?: string) => {
    forgetSecret();
    setSession(undefined);
    setEnded(reason);
  };
  return (
    <>
      {session === undefined ? (
        <SignIn note={ended} onSession={setSession} onEnd={end} />
      ) : (
        <SessionContext value={session}>
          <TransportProvider transport={session.transport}>
            <QueryClientProvider client={session.queryClient}>
              <Shell />
            </QueryClientProvider>
          </TransportProvider>
        </SessionContext>
      )}
      <Toasts />
    </>
  );
}
