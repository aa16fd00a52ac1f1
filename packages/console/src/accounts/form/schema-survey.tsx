import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { AccountService } from "../../api/schema.ts";
import { Button } from "../../ui/button.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { parseObject } from "../../users/form/draft.ts";

interface SchemaSurveyProps {
  readonly accountId: string;
  /** JSON that is an object. */
  readonly schema: string;
}

/** Counts the users who break a schema, before it is set. */
export function SchemaSurvey({ accountId, schema }: SchemaSurveyProps) {
  const [counted, setCounted] = useState<string>();
  const survey = useMutation(AccountService.method.updateAccount);
  const run = () => {
    setCounted(schema);
    survey.mutate({
      accountId,
      account: { metadataSchema: parseObject(schema) },
      updateMask: { paths: ["metadata_schema"] },
      validateOnly: true,
      force: true,
    });
  };
  const current = counted === schema;
  const violations = current ? survey.data?.metadataViolations : undefined;
  return (
    <div className="survey" role="status">
      <Button icon="users" busy={survey.isPending} onClick={run}>
        Count the users who break it
      </Button>
      {current && survey.error && <FormProblem error={survey.error} />}
      {violations === 0n && (
        <Notice tone="good" icon="check">
          All users keep to this schema.
        </Notice>
      )}
      {violations !== undefined && violations > 0n && (
        <Notice tone="warn" icon="warning">
          {violations === 1n ? "1 user breaks" : `${violations.toLocaleString("en")} users break`} this schema. It can be set
          all the same: they are let be until their metadata is next written.
        </Notice>
      )}
    </div>
  );
}
