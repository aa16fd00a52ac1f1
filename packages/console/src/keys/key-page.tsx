import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../api/problem.ts";
import { type ApiKey, ApiKeyService } from "../api/schema.ts";
import { useTitle } from "../router/use-title.ts";
import { useAccountId, useHref } from "../session/account.ts";
import { useMay } from "../session/session.ts";
import { Button, LinkButton } from "../ui/button.tsx";
import { Copy } from "../ui/copy.tsx";
import { Empty, Failed, Loading, Skeleton } from "../ui/states.tsx";
import { EditKey } from "./form/edit-key.tsx";
import { KeyFacts } from "./key-facts.tsx";
import { KeyState } from "./key-state.tsx";
import { RevokeKey } from "./revoke-key.tsx";
import { RotateKey } from "./rotate-key.tsx";

/** One key, without its secret. */
export function KeyPage({ id }: { readonly id: string }) {
  const accountId = useAccountId();
  const href = useHref();
  const { data, error, refetch } = useQuery(ApiKeyService.method.getApiKey, { accountId, id });
  const apiKey = data?.apiKey;
  useTitle(apiKey?.displayName ?? id);
  return (
    <div className="page page-scroll">
      <nav aria-label="Breadcrumb">
        <a href={href(["keys"])}>← API keys</a>
      </nav>
      {apiKey === undefined && <h1 className="visually-hidden">API key {id}</h1>}
      {apiKey !== undefined ? (
        <Detail apiKey={apiKey} />
      ) : error && problemOf(error).reason === "API_KEY_NOT_FOUND" ? (
        <Empty icon="key" title="There is no such key">
          <p className="mono">{id}</p>
          <LinkButton href={href(["keys"])}>All keys</LinkButton>
        </Empty>
      ) : error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="page-head">
          <Loading what="the key" />
          <Skeleton width="240px" />
        </div>
      )}
    </div>
  );
}

function Detail({ apiKey }: { readonly apiKey: ApiKey }) {
  const mayChange = useMay(ApiKeyService.method.updateApiKey) && apiKey.revokeTime === undefined;
  const [asking, setAsking] = useState<"edit" | "rotate" | "revoke">();
  const close = () => setAsking(undefined);
  return (
    <>
      <div className="page-head user-head">
        <div className="user-title">
          <h1 className="truncate" title={apiKey.displayName}>
            {apiKey.displayName}
          </h1>
          <span className="with-copy soft">
            <code className="truncate">{apiKey.id}</code>
            <Copy text={apiKey.id} what="the id" />
          </span>
        </div>
        <KeyState apiKey={apiKey} />
        {mayChange && (
          <div className="user-actions">
            <Button icon="refresh" onClick={() => setAsking("rotate")}>
              Rotate
            </Button>
            <Button look="danger" icon="close" onClick={() => setAsking("revoke")}>
              Revoke
            </Button>
            <Button look="primary" icon="pencil" onClick={() => setAsking("edit")}>
              Edit
            </Button>
          </div>
        )}
      </div>
      <KeyFacts apiKey={apiKey} />
      {asking === "edit" && <EditKey apiKey={apiKey} onClose={close} />}
      {asking === "rotate" && <RotateKey apiKey={apiKey} onClose={close} />}
      {asking === "revoke" && <RevokeKey apiKey={apiKey} onClose={close} />}
    </>
  );
}
