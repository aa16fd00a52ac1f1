import { type ApiKey, ApiKeyRole } from "../api/schema.ts";
import { useHref } from "../session/account.ts";
import { Fact, FactCard } from "../ui/fact.tsx";
import { TimeText } from "../ui/time-text.tsx";

export function KeyFacts({ apiKey }: { readonly apiKey: ApiKey }) {
  const href = useHref();
  const { rateLimit } = apiKey;
  return (
    <div className="profile">
      <FactCard title="Rights">
        <Fact label="Role">{ApiKeyRole[apiKey.role]}</Fact>
        <Fact label="On behalf of">
          <a href={href(["users", apiKey.userId])} className="mono">
            {apiKey.userId}
          </a>
        </Fact>
        <Fact label="Rate limit">
          {rateLimit
            ? `${rateLimit.perSecond.toLocaleString("en")} calls a second, ${(rateLimit.burst || rateLimit.perSecond).toLocaleString("en")} at once`
            : "what the server lets every key make"}
        </Fact>
        <Fact label="Nonce">{apiKey.requireNonce ? "mutating calls must carry one" : "not asked for"}</Fact>
        <Fact label="Names in certificates">
          {apiKey.certificateNames.length > 0 && <code>{apiKey.certificateNames.join(", ")}</code>}
        </Fact>
      </FactCard>
      <FactCard title="Life">
        <Fact label="Created">
          <TimeText time={apiKey.createTime} />
        </Fact>
        <Fact label="Ends">
          <TimeText time={apiKey.expireTime} absent="never" />
        </Fact>
        <Fact label="Last used">
          <TimeText time={apiKey.lastUseTime} absent="never" />
        </Fact>
        {apiKey.revokeTime && (
          <Fact label="Revoked">
            <TimeText time={apiKey.revokeTime} />
          </Fact>
        )}
        <Fact label="Account">
          <code>{apiKey.accountId}</code>
        </Fact>
      </FactCard>
    </div>
  );
}
