import { Button } from "../ui/button.tsx";
import { leaveFor, type SignInProvider } from "./oidc.ts";

interface ProviderButtonsProps {
  readonly providers: readonly SignInProvider[];
  readonly busy: boolean;
  readonly onFailure: (message: string) => void;
}

/** A button for each identity provider that the server trusts for the console. */
export function ProviderButtons({ providers, busy, onFailure }: ProviderButtonsProps) {
  if (providers.length === 0) return null;
  const leave = (provider: SignInProvider) => {
    leaveFor(provider).catch((error: unknown) => onFailure(error instanceof Error ? error.message : String(error)));
  };
  return (
    <div className="providers">
      {providers.map((provider) => (
        <Button key={provider.issuer} look="primary" busy={busy} onClick={() => leave(provider)}>
          Sign in with {provider.name}
        </Button>
      ))}
      <p className="or">or with an API key</p>
    </div>
  );
}
