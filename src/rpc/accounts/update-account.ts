import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  AccountService,
  UpdateAccountRequest,
  UpdateAccountResponseSchema,
} from "../../../gen/roster/v1/account_service_pb.js";
import { assertAccountEtag, updateAccount as changeAccount } from "../../directory/accounts/accounts.ts";
import { checkMetadataSchema } from "../../directory/accounts/metadata-rules.ts";
import { surveyMetadata } from "../../directory/accounts/metadata-survey.ts";
import type { Store } from "../../directory/store/store.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import type { Call } from "../pipeline/call.ts";
import { mutate } from "../pipeline/mutation.ts";
import { requireField } from "../wire/require-field.ts";
import { parseAccountPatch, toAccountMessage } from "./account-message.ts";

type Method = (typeof AccountService)["method"]["updateAccount"];

export async function updateAccount(
  store: Store,
  request: UpdateAccountRequest,
  call: Call<Method>,
): Promise<MessageInitShape<typeof UpdateAccountResponseSchema>> {
  const given = requireField(request.account, "account");
  const patch = parseAccountPatch(given, request.updateMask);
  const survey = patch.metadataSchema ? await surveyUsers(store, call, given.etag, patch.metadataSchema) : undefined;
  return mutate(store, request, call, async (tx) => {
    const { etag } = given;
    const { account, violations } = await changeAccount(tx, patch, { etag, force: request.force, survey });
    return { account: toAccountMessage(account), metadataViolations: BigInt(violations) };
  });
}

/** Before the transaction, because there may be a million users. */
async function surveyUsers(store: Store, call: Call, etag: string, schema: JsonObject) {
  const { accountId, assertAwaited, runLongList } = call;
  const rule = await store.read(accountId, async ({ account, metadataRules }) => {
    assertAccountEtag(account, etag);
    return metadataRules.ruleOf(await checkMetadataSchema(metadataRules, schema));
  });
  return runLongList(() => surveyMetadata(store, accountId, rule, assertAwaited));
}
