import type { Answer, AnswerStore } from "../../directory/store/answers.ts";
import type { Clock } from "../../directory/values/clock.ts";
import type { Queryable } from "../query/queryable.ts";
import type { AnswersTable } from "../schema.ts";

const ANSWER_COLUMNS = ["digest", "caller", "user_id", "response"] as const satisfies ReadonlyArray<keyof AnswersTable>;

export class KyselyAnswerStore implements AnswerStore {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #now: Clock;

  constructor(db: Queryable, accountId: string, now: Clock) {
    this.#db = db;
    this.#accountId = accountId;
    this.#now = now;
  }

  async find(method: string, requestId: string): Promise<Answer | undefined> {
    const row = await this.#db
      .selectFrom("answers")
      .select(ANSWER_COLUMNS)
      .where("account_id", "=", this.#accountId)
      .where("method", "=", method)
      .where("request_id", "=", requestId)
      .executeTakeFirst();
    return row && { digest: row.digest, caller: row.caller, userId: row.user_id, response: row.response };
  }

  async insert(method: string, requestId: string, answer: Answer): Promise<void> {
    await this.#db
      .insertInto("answers")
      .values({
        account_id: this.#accountId,
        method,
        request_id: requestId,
        digest: answer.digest,
        caller: answer.caller,
        user_id: answer.userId,
        response: answer.response,
        create_time: this.#now(),
      })
      .execute();
  }
}
