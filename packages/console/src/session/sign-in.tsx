import { type FormEvent, useEffect, useState } from "react";
import { problemOf } from "../api/problem.ts";
import { Logo } from "../shell/logo.tsx";
import { Button } from "../ui/button.tsx";
import { Checkbox, Field, TextInput } from "../ui/field.tsx";
import { Notice } from "../ui/states.tsx";
import { redeem, takeCode } from "./code.ts";
import { forgetSecret, keepSecret, keptSecret } from "./kept-secret.ts";
import { type SignInProvider, signInProviders, tokenOnReturn } from "./oidc.ts";
import { ProviderButtons } from "./provider-buttons.tsx";
import { openSession, type Session } from "./session.ts";

interface SignInProps {
  /** Why the last session has ended. */
  readonly note: string | undefined;
  readonly onSession: (session: Session) => void;
  readonly onEnd: (reason?: string) => void;
}

export function SignIn({ note, onSession, onEnd }: SignInProps) {
  const [secret, setSecret] = useState("");
  const [keep, setKeep] = useState(false);
  const [busy, setBusy] = useState(keptSecret() !== undefined);
  const [error, setError] = useState<unknown>();
  const [linkNote, setLinkNote] = useState<string>();
  const [providers, setProviders] = useState<readonly SignInProvider[]>();

  const signIn = async (given: string) => {
    setBusy(true);
    setError(undefined);
    try {
      onSession(await openSession(given, onEnd));
    } catch (failure) {
      if (problemOf(failure).reason !== undefined) forgetSecret();
      setError(failure);
      setBusy(false);
    }
  };
  const signInByCode = async (code: string) => {
    setBusy(true);
    const given = await redeem(code);
    if (given !== undefined) return signIn(given);
    setLinkNote("This link was used already, or is older than a minute. The key opens the console, too.");
    setBusy(false);
  };
  const signInOnReturn = async () => {
    try {
      const token = await tokenOnReturn();
      if (token !== undefined) await signIn(token);
    } catch (failure) {
      setLinkNote(failure instanceof Error ? failure.message : String(failure));
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the page is opened.
  useEffect(() => {
    document.title = "Sign in · Roster";
    void signInProviders().then(setProviders);
    const code = takeCode();
    const kept = keptSecret();
    if (code !== undefined) void signInByCode(code);
    else if (kept !== undefined) void signIn(kept);
    else void signInOnReturn();
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (secret.trim() === "") return;
    if (keep) keepSecret(secret.trim());
    void signIn(secret.trim());
  };
  // What stands there must not move when the answer comes.
  if (providers === undefined) return null;
  return (
    <main className="sign-in">
      <form className="sign-in-card" onSubmit={submit}>
        <Logo />
        <h1>Sign in</h1>
        {(note ?? linkNote) !== undefined && <Notice tone="warn">{note ?? linkNote}</Notice>}
        <ProviderButtons providers={providers} busy={busy} onFailure={setLinkNote} />
        <Field
          label="API key"
          hint={
            <>
              The first one is in <code>data/admin.key</code> of the server.
            </>
          }
          error={error === undefined ? undefined : problemOf(error).message}
        >
          {(control) => (
            <TextInput
              {...control}
              type="password"
              autoComplete="off"
              autoFocus
              className="input mono"
              placeholder="roster_K…"
              value={secret}
              onChange={(event) => setSecret(event.target.value)}
            />
          )}
        </Field>
        <Checkbox
          label="Keep it for this tab, also when the page is loaded again"
          checked={keep}
          onChange={(event) => setKeep(event.target.checked)}
        />
        <Button type="submit" look="primary" busy={busy}>
          Sign in
        </Button>
        <p className="faint sign-in-foot">The key stays in this page. It is sent to this server only, with each call.</p>
      </form>
    </main>
  );
}
