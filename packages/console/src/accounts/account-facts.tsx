import { type Account, UserService } from "../api/schema.ts";
import { hashOf } from "../router/route.ts";
import { useMay, useSession } from "../session/session.ts";
import { Copy } from "../ui/copy.tsx";
import { Fact, FactCard } from "../ui/fact.tsx";
import { JsonView } from "../ui/json-view.tsx";
import { TimeText } from "../ui/time-text.tsx";
import { useUserCount } from "../users/list/use-users.ts";

export function AccountFacts({ account }: { readonly account: Account }) {
  return (
    <div className="profile">
      <div className="profile-side">
        <FactCard title="Facts">
          <Fact label="Name">{account.name}</Fact>
          <Fact label="Slug">
            <code>{account.slug}</code>
          </Fact>
          <Fact label="Users">
            <UserCount account={account} />
          </Fact>
          <Fact label="Created">
            <TimeText time={account.createTime} />
          </Fact>
          <Fact label="Changed">
            <TimeText time={account.updateTime} />
          </Fact>
          <Fact label="Revision">{account.revision.toLocaleString("en")}</Fact>
          <Fact label="Users may change of their own">
            {account.selfWritable.length > 0 && <code>{account.selfWritable.join(", ")}</code>}
          </Fact>
        </FactCard>
        <section className="card" aria-labelledby="metadata-title">
          <div className="card-head">
            <h2 id="metadata-title">Metadata</h2>
            <Copy text={JSON.stringify(account.metadata ?? {}, undefined, 2)} what="the metadata" />
          </div>
          <JsonView value={account.metadata ?? {}} />
        </section>
      </div>
      <section className="card" aria-labelledby="schema-title">
        <div className="card-head">
          <h2 id="schema-title">What the metadata of users must keep to</h2>
          {account.metadataSchema && <Copy text={JSON.stringify(account.metadataSchema, undefined, 2)} what="the schema" />}
        </div>
        {account.metadataSchema ? (
          <JsonView value={account.metadataSchema} />
        ) : (
          <p className="faint">Nothing: users of this account may have any metadata.</p>
        )}
      </section>
    </div>
  );
}

function UserCount({ account: { id } }: { readonly account: Account }) {
  const { who } = useSession();
  const { text } = useUserCount({ accountId: id, query: "", filter: "", showDeleted: false });
  const may = useMay(UserService.method.listUsers);
  if (!may) return text;
  return <a href={hashOf(["users"], { account: id === who.accountId ? "" : id })}>{text} – look at them</a>;
}
