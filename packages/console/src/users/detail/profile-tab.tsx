import type { ReactNode } from "react";
import type { User } from "../../api/schema.ts";
import { Copy } from "../../ui/copy.tsx";
import { JsonView } from "../../ui/json-view.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import type { TabProps } from "./tab-props.ts";

export function ProfileTab({ user, live }: TabProps) {
  const { lit } = live;
  return (
    <div className="profile">
      <section className="card" aria-label="Facts">
        <dl className="facts">
          <Fact label="Display name" lit={lit.has("display_name")}>
            {user.displayName}
          </Fact>
          <Fact label="Name" lit={lit.has("name")}>
            {user.name}
          </Fact>
          <Fact label="E-mail" lit={lit.has("email")}>
            {copied(user.email, "the e-mail address")}
          </Fact>
          <Fact label="E-mail verified" lit={lit.has("email_verify_time")}>
            {user.emailVerifyTime && <TimeText time={user.emailVerifyTime} />}
          </Fact>
          <Fact label="External id" lit={lit.has("external_id")}>
            {copied(user.externalId, "the external id")}
          </Fact>
          <Fact label="Project" lit={lit.has("project")}>
            {user.project}
          </Fact>
          <Fact label="Created">
            <TimeText time={user.createTime} />
          </Fact>
          <Fact label="Changed">
            <TimeText time={user.updateTime} />
          </Fact>
          {user.deleteTime && (
            <Fact label="Deleted">
              <TimeText time={user.deleteTime} />
            </Fact>
          )}
          <Fact label="Version">{String(user.version)}</Fact>
          <Fact label="Account">
            <code>{user.accountId}</code>
          </Fact>
        </dl>
      </section>
      <div className="profile-side">
        <section className={`card ${lit.has("metadata") ? "lit" : ""}`} aria-labelledby="metadata-title">
          <div className="card-head">
            <h2 id="metadata-title">Metadata</h2>
            <Copy text={JSON.stringify(user.metadata ?? {}, undefined, 2)} what="the metadata" />
          </div>
          <JsonView value={user.metadata ?? {}} />
        </section>
        <About user={user} lit={lit.has("about")} />
      </div>
    </div>
  );
}

function About({ user, lit }: { readonly user: User; readonly lit: boolean }) {
  return (
    <section className={`card ${lit ? "lit" : ""}`} aria-labelledby="about-title">
      <div className="card-head">
        <h2 id="about-title">About</h2>
      </div>
      {user.about ? <p className="about">{user.about}</p> : <p className="faint">Nothing is said about this user.</p>}
    </section>
  );
}

function Fact({
  label,
  lit = false,
  children,
}: {
  readonly label: string;
  readonly lit?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <div className={`fact ${lit ? "lit" : ""}`}>
      <dt>{label}</dt>
      <dd>{children || <span className="faint">–</span>}</dd>
    </div>
  );
}

function copied(text: string | undefined, what: string): ReactNode {
  if (!text) return undefined;
  return (
    <span className="with-copy">
      <span className="truncate">{text}</span>
      <Copy text={text} what={what} />
    </span>
  );
}
