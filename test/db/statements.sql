delete from "accounts" where "account_id" = $1;

delete from "answers" where "account_id" = $1 and "create_time" <= $2;

delete from "answers" where "account_id" = $1;

delete from "api_keys" where "account_id" = $1 and "user_id" = $2;

delete from "api_keys" where "account_id" = $1 and "user_id" in ($2, $3);

delete from "api_keys" where "account_id" = $1;

delete from "audit_entries" where "account_id" = $1;

delete from "certificate_names" where "account_id" = $1 and "owner_id" = $2 and "key_id" = $3;

delete from "certificate_names" where "account_id" = $1 and "owner_id" = $2 and "key_id" in ($3);

delete from "certificate_names" where "account_id" = $1 and "owner_id" = $2 and 1 = 0;

delete from "certificate_names" where "account_id" = $1 and "owner_id" = $2;

delete from "certificate_names" where "account_id" = $1;

delete from "changes" where "account_id" = $1 and "revision" <= $2;

delete from "changes" where "account_id" = $1 and "user_id" = $2;

delete from "changes" where "account_id" = $1 and "user_id" in ($2, $3);

delete from "changes" where "account_id" = $1;

delete from "nonces" where "account_id" = $1 and "expire_time" < $2;

delete from "nonces" where "account_id" = $1 and "key_id" in (select id from api_keys where "account_id" = $2 and "user_id" = $3);

delete from "nonces" where "account_id" = $1 and "key_id" in (select id from api_keys where "account_id" = $2 and "user_id" in ($3, $4));

delete from "nonces" where "account_id" = $1;

delete from "secrets" where "account_id" = $1 and "name" = $2;

delete from "secrets" where "account_id" = $1;

delete from "sessions" where "account_id" = $1 and "user_id" = $2;

delete from "sessions" where "account_id" = $1 and "user_id" in ($2, $3);

delete from "sessions" where "account_id" = $1;

delete from "slugs" where "account_id" = $1 and "slug" = $2;

delete from "slugs" where "account_id" = $1;

delete from "users" where "account_id" = $1 and "id" = $2;

delete from "users" where "account_id" = $1 and "id" in ($2, $3);

delete from "users" where "account_id" = $1;

insert into "accounts" ("account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing returning "account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema", "revision", "history_floor", "audit_sequence";

insert into "answers" ("account_id", "method", "request_id", "digest", "caller", "user_id", "response", "create_time") values ($1, $2, $3, $4, $5, $6, $7, $8);

insert into "api_keys" ("account_id", "id", "display_name", "user_id", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time", "digest", "previous_digest", "previous_expire_time") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

insert into "audit_entries" ("account_id", "sequence", "time", "method", "caller_account_id", "caller_user_id", "api_key_id", "token_issuer", "token_subject", "address", "request_id", "outcome", "action", "resource", "resource_id", "user_id", "changed_fields", "count", "refusal") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19);

insert into "certificate_names" ("account_id", "name", "owner_id", "key_id") values ($1, $2, $3, $4) on conflict do nothing returning "name";

insert into "changes" ("account_id", "revision", "ordinal", "user_id", "version", "type", "commit_time", "changed_fields", "image_before", "image_after", "api_key_id", "request_id") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

insert into "nonces" ("account_id", "key_id", "digest", "expire_time", "use_time") values ($1, $2, $3, $4, $5);

insert into "secrets" ("account_id", "name", "value") values ($1, $2, $3) on conflict do nothing;

insert into "secrets" ("account_id", "name", "value") values ($1, $2, $3);

insert into "sessions" ("account_id", "id", "user_id", "external_id", "metadata", "create_time", "update_time", "end_time", "version") values ($1, $2, $3, $4, $5, $6, $7, $8, $9);

insert into "slugs" ("account_id", "slug", "owner_id") values ($1, $2, $3) on conflict do nothing returning "slug";

insert into "users" ("account_id", "id", "external_id", "email", "email_key", "email_verify_time", "email_verify_key", "name", "display_name", "about", "project", "metadata", "status", "super_admin", "create_time", "update_time", "delete_time", "version", "revision", "image", "image_stamp") values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21);

insert into user_words (rowid, words)
      select rowid, $1 from users where account_id = $2 and id = $3;

insert or replace into user_words (rowid, words)
      select rowid, $1 from users where account_id = $2 and id = $3 and not exists (
        select 1 from user_words as present where present.rowid = users.rowid and present.words = $4
      );

select "account_id" from "accounts" where "account_id" = $1 limit $2 offset $3;

select "account_id" from "accounts" where "account_id" > $1 order by "account_id" limit $2;

select "account_id" from "accounts" where "words_revision" <> "revision";

select "account_id" from "accounts";

select "account_id", "audit_sequence" as "counter" from "accounts" where "account_id" in ($1);

select "account_id", "id" from "api_keys" where "account_id" = $1 order by "id" limit $2 offset $3;

select "account_id", "id" from "sessions" where "account_id" = $1 order by "id" limit $2 offset $3;

select "account_id", "id" from "users" where "account_id" = $1 order by "id" limit $2 offset $3;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" order by "api_keys"."id" asc, "api_keys"."account_id" asc limit $1 offset $2;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" order by "api_keys"."id" desc, "api_keys"."account_id" desc limit $1 offset $2;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where "account_id" = $1 and "api_keys"."id" < $2 order by "api_keys"."id" desc limit $3 offset $4;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where "account_id" = $1 and "api_keys"."id" > $2 order by "api_keys"."id" asc limit $3 offset $4;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where "account_id" = $1 and "id" = $2;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where "account_id" = $1 and "user_id" = $2 order by "id" limit $3;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where "account_id" = $1 order by "api_keys"."id" asc limit $2 offset $3;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where "account_id" = $1 order by "api_keys"."id" desc limit $2 offset $3;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where ("api_keys"."id", "api_keys"."account_id") < ($1, $2) order by "api_keys"."id" desc, "api_keys"."account_id" desc limit $3 offset $4;

select "account_id", "id", "user_id", "display_name", "role", "require_nonce", "certificate_names", "rate_per_second", "rate_burst", "create_time", "expire_time", "last_use_time", "revoke_time" from "api_keys" where ("api_keys"."id", "api_keys"."account_id") > ($1, $2) order by "api_keys"."id" asc, "api_keys"."account_id" asc limit $3 offset $4;

select "account_id", "id", "user_id", "external_id", "metadata", "create_time", "update_time", "end_time", "version" from "sessions" where "account_id" = $1 and "user_id" = $2 order by "create_time", "id" limit $3;

select "account_id", "key_id", "digest" from "nonces" where "account_id" = $1 order by "key_id", "digest" limit $2 offset $3;

select "account_id", "method", "request_id" from "answers" where "account_id" = $1 order by "method", "request_id" limit $2 offset $3;

select "account_id", "name" from "certificate_names" where "account_id" = $1 order by "name" limit $2 offset $3;

select "account_id", "name" from "secrets" where "account_id" = $1 order by "name" limit $2 offset $3;

select "account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema", "revision", "history_floor", "audit_sequence" from "accounts" order by "accounts"."account_id" asc limit $1 offset $2;

select "account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema", "revision", "history_floor", "audit_sequence" from "accounts" order by "accounts"."account_id" desc limit $1 offset $2;

select "account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema", "revision", "history_floor", "audit_sequence" from "accounts" where "account_id" = $1;

select "account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema", "revision", "history_floor", "audit_sequence" from "accounts" where "accounts"."account_id" < $1 order by "accounts"."account_id" desc limit $2 offset $3;

select "account_id", "name", "slug", "status", "metadata", "create_time", "update_time", "version", "self_writable", "metadata_schema", "revision", "history_floor", "audit_sequence" from "accounts" where "accounts"."account_id" > $1 order by "accounts"."account_id" asc limit $2 offset $3;

select "account_id", "revision" as "counter" from "accounts" where "account_id" in ($1);

select "account_id", "revision", "ordinal" from "changes" where "account_id" = $1 order by "revision", "ordinal" limit $2 offset $3;

select "account_id", "sequence" from "audit_entries" where "account_id" = $1 order by "sequence" limit $2 offset $3;

select "account_id", "sequence", "time", "method", "caller_account_id", "caller_user_id", "api_key_id", "token_issuer", "token_subject", "address", "request_id", "outcome", "action", "resource", "resource_id", "user_id", "changed_fields", "count", "refusal" from "audit_entries" where "account_id" = $1 and "audit_entries"."sequence" > $2 order by "audit_entries"."sequence" asc limit $3 offset $4;

select "account_id", "sequence", "time", "method", "caller_account_id", "caller_user_id", "api_key_id", "token_issuer", "token_subject", "address", "request_id", "outcome", "action", "resource", "resource_id", "user_id", "changed_fields", "count", "refusal" from "audit_entries" where "account_id" = $1 and ("user_id" = $2 or ("caller_user_id" = $3 and "caller_account_id" is null)) and "sequence" > $4 and "sequence" <= $5 order by "sequence" limit $6;

select "account_id", "sequence", "time", "method", "caller_account_id", "caller_user_id", "api_key_id", "token_issuer", "token_subject", "address", "request_id", "outcome", "action", "resource", "resource_id", "user_id", "changed_fields", "count", "refusal" from "audit_entries" where "account_id" = $1 order by "audit_entries"."sequence" desc limit $2 offset $3;

select "account_id", "sequence", "time", "method", "caller_account_id", "caller_user_id", "api_key_id", "token_issuer", "token_subject", "address", "request_id", "outcome", "action", "resource", "resource_id", "user_id", "changed_fields", "count", "refusal" from "audit_entries" where "caller_account_id" = $1 and "caller_user_id" = $2 order by "account_id", "sequence" limit $3;

select "account_id", "slug" from "slugs" where "account_id" = $1 order by "slug" limit $2 offset $3;

select "caller_user_id" as "user_id", count(*) as "count" from "audit_entries" where "account_id" = $1 and ("caller_user_id" in ($2, $3) and "caller_account_id" is null) and (user_id is null or user_id <> caller_user_id) group by "caller_user_id";

select "caller_user_id" as "user_id", count(*) as "count" from "audit_entries" where "caller_account_id" = $1 and "caller_user_id" in ($2, $3) group by "caller_user_id";

select "create_time" from "answers" where "account_id" = $1 and "create_time" < $2 order by "create_time" limit $3;

select "digest", "caller", "user_id", "response" from "answers" where "account_id" = $1 and "method" = $2 and "request_id" = $3;

select "expire_time", "use_time" from "nonces" where "account_id" = $1 and "key_id" = $2 and "digest" = $3;

select "id" from "api_keys" where "account_id" = $1 and "user_id" = $2 and "certificate_names" != $3;

select "id" from "api_keys" where "account_id" = $1 and "user_id" in ($2, $3) and "certificate_names" != $4;

select "id" from "sessions" where "account_id" = $1 and "id" = $2;

select "id" from "users" where "account_id" = $1 and "email_key" = $2 and "delete_time" is not null limit $3;

select "id" from "users" where "account_id" = $1 and "external_id" = $2 and "delete_time" is not null limit $3;

select "id" from "users" where "account_id" = $1 and "id" = $2 and "delete_time" is not null limit $3;

select "key_id", "digest", "expire_time", "use_time" from "nonces" where "account_id" = $1 and "key_id" in (select id from api_keys where "account_id" = $2 and "user_id" = $3) order by "key_id", "digest" limit $4;

select "method", "request_id", "create_time", "response" from "answers" where "account_id" = $1 and "user_id" = $2 and "response" is not null order by "method", "request_id" limit $3;

select "revision", "commit_time" from "changes" where "account_id" = $1 order by "revision", "ordinal" limit $2;

select "sequence", "time" from "audit_entries" where "account_id" = $1 order by "sequence" limit $2;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."id" = $2;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."user_id" = $2 and "sessions"."external_id" = $3 and "sessions"."end_time" is null;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."user_id" = $2 and ("sessions"."create_time", "sessions"."id") < ($3, $4) order by "sessions"."create_time" desc nulls last, "sessions"."id" desc limit $5 offset $6;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."user_id" = $2 and ("sessions"."create_time", "sessions"."id") > ($3, $4) order by "sessions"."create_time" asc nulls first, "sessions"."id" asc limit $5 offset $6;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."user_id" = $2 order by "sessions"."create_time" asc nulls first, "sessions"."id" asc limit $3 offset $4;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."user_id" = $2 order by "sessions"."create_time" desc nulls last, "sessions"."id" desc limit $3 offset $4;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and ("sessions"."create_time", "sessions"."id") < ($2, $3) order by "sessions"."create_time" desc, "sessions"."id" desc limit $4 offset $5;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and ("sessions"."create_time", "sessions"."id") > ($2, $3) order by "sessions"."create_time" asc, "sessions"."id" asc limit $4 offset $5;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 order by "sessions"."create_time" asc, "sessions"."id" asc limit $2 offset $3;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 order by "sessions"."create_time" desc, "sessions"."id" desc limit $2 offset $3;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."create_time" + 0 < $1 order by "sessions"."create_time" + 0 desc, "sessions"."id" desc, "sessions"."account_id" desc limit $2 offset $3;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."create_time" + 0 = $1 and ("sessions"."id", "sessions"."account_id") < ($2, $3) order by "sessions"."id" desc, "sessions"."account_id" desc limit $4 offset $5;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."create_time" + 0 = $1 and ("sessions"."id", "sessions"."account_id") > ($2, $3) order by "sessions"."id" asc, "sessions"."account_id" asc limit $4 offset $5;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."create_time" + 0 > $1 order by "sessions"."create_time" + 0 asc, "sessions"."id" asc, "sessions"."account_id" asc limit $2 offset $3;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null order by "sessions"."create_time" + 0 asc, "sessions"."id" asc, "sessions"."account_id" asc limit $1 offset $2;

select "sessions"."account_id", "sessions"."id", "sessions"."user_id", "sessions"."external_id", "sessions"."metadata", "sessions"."create_time", "sessions"."update_time", "sessions"."end_time", "sessions"."version" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null order by "sessions"."create_time" + 0 desc, "sessions"."id" desc, "sessions"."account_id" desc limit $1 offset $2;

select "type", "user_id", "version", "revision", "commit_time", "image_after", "changed_fields", "api_key_id", "request_id" from "changes" where "account_id" = $1 and "revision" = $2 order by "revision", "ordinal";

select "type", "user_id", "version", "revision", "commit_time", "image_after", "changed_fields", "api_key_id", "request_id" from "changes" where "account_id" = $1 and "revision" > $2 order by "revision", "ordinal" limit $3;

select "type", "user_id", "version", "revision", "commit_time", "image_after", "changed_fields", "api_key_id", "request_id", "image_before" from "changes" where "account_id" = $1 and "revision" = $2 order by "revision", "ordinal";

select "type", "user_id", "version", "revision", "commit_time", "image_after", "changed_fields", "api_key_id", "request_id", "image_before" from "changes" where "account_id" = $1 and "revision" > $2 order by "revision", "ordinal" limit $3;

select "type", "user_id", "version", "revision", "commit_time", "image_after", "changed_fields", "api_key_id", "request_id", "image_before" from "changes" where "account_id" = $1 and "user_id" = $2 and "version" > $3 and "revision" <= $4 order by "version" limit $5;

select "user_id" as "user_id", count(*) as "count" from "answers" where "account_id" = $1 and "user_id" in ($2, $3) and "response" is not null group by "user_id";

select "user_id" as "user_id", count(*) as "count" from "api_keys" where "account_id" = $1 and "user_id" in ($2, $3) group by "user_id";

select "user_id" as "user_id", count(*) as "count" from "audit_entries" where "account_id" = $1 and "user_id" in ($2, $3) group by "user_id";

select "user_id" as "user_id", count(*) as "count" from "changes" where "account_id" = $1 and "user_id" in ($2, $3) group by "user_id";

select "user_id" as "user_id", count(*) as "count" from "sessions" where "account_id" = $1 and "user_id" in ($2, $3) group by "user_id";

select "user_id", count(*) as "count" from "sessions" where "account_id" = $1 and "user_id" in ($2) and "end_time" is null group by "user_id" order by "user_id";

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision" from "users" where "users"."account_id" = $1 and "email_key" = $2 and "delete_time" is null;

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision" from "users" where "users"."account_id" = $1 and "external_id" = $2 and "delete_time" is null;

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision" from "users" where "users"."account_id" = $1 and "id" = $2;

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision" from "users" where "users"."account_id" = $1 and "id" in ($2);

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision", "accounts"."status" as "account_status", "api_keys"."id" as "key_id", "api_keys"."display_name" as "key_display_name", "api_keys"."role", "api_keys"."digest", "api_keys"."previous_digest", "api_keys"."previous_expire_time", "api_keys"."require_nonce", "api_keys"."certificate_names", "api_keys"."rate_per_second", "api_keys"."rate_burst", "api_keys"."create_time" as "key_create_time", "api_keys"."expire_time", "api_keys"."last_use_time", "api_keys"."revoke_time" from "api_keys" inner join "accounts" on "accounts"."account_id" = "api_keys"."account_id" inner join "users" on "users"."account_id" = "api_keys"."account_id" and "users"."id" = "api_keys"."user_id" where "api_keys"."id" = $1 and "api_keys"."account_id" = $2;

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision", "accounts"."status" as "account_status", "api_keys"."id" as "key_id", "api_keys"."display_name" as "key_display_name", "api_keys"."role", "api_keys"."digest", "api_keys"."previous_digest", "api_keys"."previous_expire_time", "api_keys"."require_nonce", "api_keys"."certificate_names", "api_keys"."rate_per_second", "api_keys"."rate_burst", "api_keys"."create_time" as "key_create_time", "api_keys"."expire_time", "api_keys"."last_use_time", "api_keys"."revoke_time" from "api_keys" inner join "accounts" on "accounts"."account_id" = "api_keys"."account_id" inner join "users" on "users"."account_id" = "api_keys"."account_id" and "users"."id" = "api_keys"."user_id" where "api_keys"."id" = $1;

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision", case when "users"."revision" > $1 then (select "image_before" from "changes" where "changes"."account_id" = "users"."account_id" and "changes"."user_id" = "users"."id" and "changes"."revision" > $2 order by "changes"."revision", "changes"."ordinal" limit $3) end as "image_then" from "users" where "users"."account_id" = $4 and "id" > $5 order by "id" limit $6;

select "users"."account_id", "users"."id", "users"."external_id", "users"."email", "users"."email_key", "users"."email_verify_time", "users"."email_verify_key", "users"."name", "users"."display_name", "users"."about", "users"."project", "users"."metadata", "users"."status", "users"."super_admin", "users"."create_time", "users"."update_time", "users"."delete_time", "users"."version", "users"."revision", case when "users"."revision" > $1 then (select "image_before" from "changes" where "changes"."account_id" = "users"."account_id" and "changes"."user_id" = "users"."id" and "changes"."revision" > $2 order by "changes"."revision", "changes"."ordinal" limit $3) end as "image_then" from "users" where "users"."account_id" = $4 and "id" in ($5);

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" order by "users"."create_time" + 0 asc, "users"."id" asc, "users"."account_id" asc limit $1 offset $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" order by "users"."create_time" + 0 desc, "users"."id" desc, "users"."account_id" desc limit $1 offset $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 and "delete_time" is null and ("users"."create_time", "users"."id") < ($2, $3) order by "users"."create_time" desc, "users"."id" desc limit $4;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 and "delete_time" is null and ("users"."create_time", "users"."id") > ($2, $3) order by "users"."create_time" asc, "users"."id" asc limit $4;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 and "delete_time" is null order by "users"."create_time" asc, "users"."id" asc limit $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 and "delete_time" is null order by "users"."create_time" desc, "users"."id" desc limit $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 and ("users"."create_time", "users"."id") < ($2, $3) order by "users"."create_time" desc, "users"."id" desc limit $4;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 and ("users"."create_time", "users"."id") > ($2, $3) order by "users"."create_time" asc, "users"."id" asc limit $4;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 order by "users"."create_time" asc, "users"."id" asc limit $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "account_id" = $1 order by "users"."create_time" desc, "users"."id" desc limit $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "delete_time" is null and "users"."create_time" + 0 < $1 order by "users"."create_time" + 0 desc, "users"."id" desc, "users"."account_id" desc limit $2 offset $3;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "delete_time" is null and "users"."create_time" + 0 = $1 and ("users"."id", "users"."account_id") < ($2, $3) order by "users"."id" desc, "users"."account_id" desc limit $4 offset $5;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "delete_time" is null and "users"."create_time" + 0 = $1 and ("users"."id", "users"."account_id") > ($2, $3) order by "users"."id" asc, "users"."account_id" asc limit $4 offset $5;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "delete_time" is null and "users"."create_time" + 0 > $1 order by "users"."create_time" + 0 asc, "users"."id" asc, "users"."account_id" asc limit $2 offset $3;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "delete_time" is null order by "users"."create_time" + 0 asc, "users"."id" asc, "users"."account_id" asc limit $1 offset $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "delete_time" is null order by "users"."create_time" + 0 desc, "users"."id" desc, "users"."account_id" desc limit $1 offset $2;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "users"."create_time" + 0 < $1 order by "users"."create_time" + 0 desc, "users"."id" desc, "users"."account_id" desc limit $2 offset $3;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "users"."create_time" + 0 = $1 and ("users"."id", "users"."account_id") < ($2, $3) order by "users"."id" desc, "users"."account_id" desc limit $4 offset $5;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "users"."create_time" + 0 = $1 and ("users"."id", "users"."account_id") > ($2, $3) order by "users"."id" asc, "users"."account_id" asc limit $4 offset $5;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from "users" where "users"."create_time" + 0 > $1 order by "users"."create_time" + 0 asc, "users"."id" asc, "users"."account_id" asc limit $2 offset $3;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from (select users.* from (select user_words.rowid as number from json_each($1) as each cross join user_words on user_words.user_words match each.value) as found cross join users on users.rowid = found.number) as "users" order by "users"."create_time" + 0 desc, "users"."id" desc, "users"."account_id" desc limit $2 offset $3;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from (select users.* from (select user_words.rowid as number from json_each($1) as each cross join user_words on user_words.user_words match each.value) as found cross join users on users.rowid = found.number) as "users" where "account_id" = $2 and "delete_time" is null order by "users"."create_time" desc, "users"."id" desc limit $3 offset $4;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from (select users.* from (select user_words.rowid as number from json_each($1) as each cross join user_words on user_words.user_words match each.value) as found cross join users on users.rowid = found.number) as "users" where "account_id" = $2 order by "users"."create_time" desc, "users"."id" desc limit $3 offset $4;

select "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp", "users"."create_time" as "key_0", "users"."id" as "key_1", "users"."account_id" as "key_2" from (select users.* from (select user_words.rowid as number from json_each($1) as each cross join user_words on user_words.user_words match each.value) as found cross join users on users.rowid = found.number) as "users" where "delete_time" is null order by "users"."create_time" + 0 desc, "users"."id" desc, "users"."account_id" desc limit $2 offset $3;

select "users"."email_key" as "key", "users"."account_id", "users"."id", "users"."revision", "users"."image", "users"."image_stamp" from "users" where "account_id" = $1 and "email_key" in ($2) and "delete_time" is null;

select "users"."id", "users"."revision", "users"."delete_time", "users"."image", "users"."image_stamp" from "users" where "users"."account_id" = $1 and "users"."id" > $2 order by "users"."id" limit $3;

select "users"."revision", "users"."image", "users"."image_stamp", (select "revision" from "accounts" where "accounts"."account_id" = $1) as "account_revision" from "users" where "users"."account_id" = $2 and "email_key" = $3 and "delete_time" is null;

select "users"."revision", "users"."image", "users"."image_stamp", (select "revision" from "accounts" where "accounts"."account_id" = $1) as "account_revision" from "users" where "users"."account_id" = $2 and "external_id" = $3 and "delete_time" is null;

select "users"."revision", "users"."image", "users"."image_stamp", (select "revision" from "accounts" where "accounts"."account_id" = $1) as "account_revision" from "users" where "users"."account_id" = $2 and "id" = $3 and "delete_time" is null;

select "value" from "secrets" where "account_id" = $1 and "name" = $2;

select count(*) as "accounts", cast(coalesce(sum("kept"), 0) as bigint) as "kept", cast(coalesce(sum("unsearchable"), 0) as bigint) as "unsearchable", min("oldest") as "oldest" from (select revision - history_floor as "kept", revision - words_revision as "unsearchable", (select "commit_time" from "changes" where "changes"."account_id" = "accounts"."account_id" order by "changes"."revision", "changes"."ordinal" limit $1) as "oldest" from "accounts") as "each_account";

select count(*) as "count" from "accounts";

select count(*) as "count" from "api_keys" where "account_id" = $1;

select count(*) as "count" from "api_keys";

select count(*) as "count" from "audit_entries" where "account_id" = $1;

select count(*) as "count" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 and "sessions"."user_id" = $2;

select count(*) as "count" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1;

select count(*) as "count" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null;

select count(*) as "count" from "users" inner join "accounts" on "accounts"."account_id" = "users"."account_id" where "users"."super_admin" = 1 and "users"."status" = $1 and "users"."delete_time" is null and "accounts"."status" = $2 and "users"."account_id" != $3;

select count(*) as "count" from "users" inner join "accounts" on "accounts"."account_id" = "users"."account_id" where "users"."super_admin" = 1 and "users"."status" = $1 and "users"."delete_time" is null and "accounts"."status" = $2;

select count(*) as "count" from "users" where "account_id" = $1 and "delete_time" is null;

select count(*) as "count" from "users" where "account_id" = $1;

select count(*) as "count" from "users" where "delete_time" is null;

select count(*) as "count" from "users";

select count(*) as "count" from (select 1 as "one" from "accounts" limit $1) as "found";

select count(*) as "count" from (select 1 as "one" from "api_keys" limit $1) as "found";

select count(*) as "count" from (select 1 as "one" from "api_keys" where "account_id" = $1 limit $2) as "found";

select count(*) as "count" from (select 1 as "one" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null and "sessions"."account_id" = $1 limit $2) as "found";

select count(*) as "count" from (select 1 as "one" from "sessions" inner join "users" on "users"."account_id" = "sessions"."account_id" and "users"."id" = "sessions"."user_id" where "users"."delete_time" is null limit $1) as "found";

select count(*) as "count" from (select 1 as "one" from "users" limit $1) as "found";

select count(*) as "count" from (select 1 as "one" from "users" where "account_id" = $1 and "delete_time" is null limit $2) as "found";

select count(*) as "count" from (select 1 as "one" from "users" where "account_id" = $1 limit $2) as "found";

select count(*) as "count" from (select 1 as "one" from "users" where "delete_time" is null limit $1) as "found";

select count(*) as count from (select user_words.rowid as number from json_each($1) as each cross join user_words on user_words.user_words match each.value );

select count(*) as count from (select user_words.rowid as number from json_each($1) as each cross join user_words on user_words.user_words match each.value limit $2);

select distinct "owner_id", "key_id" from "certificate_names" where "account_id" = $1 and "name" in ($2);

select name from kysely_migration order by name;

update "accounts" set "history_floor" = $1 where "account_id" = $2;

update "accounts" set "name" = $1, "slug" = $2, "status" = $3, "metadata" = $4, "update_time" = $5, "version" = $6, "self_writable" = $7, "metadata_schema" = $8 where "account_id" = $9;

update "accounts" set "revision" = $1, "audit_sequence" = $2, "words_revision" = case when "words_revision" = "revision" then $3 else "words_revision" end where "account_id" = $4;

update "answers" set "response" = $1 where "account_id" = $2 and "user_id" = $3 and "response" is not null;

update "answers" set "response" = $1 where "account_id" = $2 and "user_id" in ($3, $4) and "response" is not null;

update "api_keys" set "digest" = $1, "previous_digest" = "digest", "previous_expire_time" = $2 where "account_id" = $3 and "id" = $4;

update "api_keys" set "display_name" = $1, "user_id" = $2, "role" = $3, "require_nonce" = $4, "certificate_names" = $5, "rate_per_second" = $6, "rate_burst" = $7, "create_time" = $8, "expire_time" = $9, "revoke_time" = $10 where "account_id" = $11 and "id" = $12;

update "api_keys" set "last_use_time" = $1 where "account_id" = $2 and "id" = $3;

update "api_keys" set "revoke_time" = $1 where "account_id" = $2 and "user_id" in ($3) and "revoke_time" is null returning "id", "user_id", "certificate_names";

update "audit_entries" set "caller_user_id" = case "caller_user_id" when $1 then $2 end, "token_subject" = $3, "address" = $4, "request_id" = $5 where "caller_account_id" = $6 and "caller_user_id" = $7;

update "audit_entries" set "caller_user_id" = case "caller_user_id" when $1 then $2 when $3 then $4 end, "token_subject" = $5, "address" = $6, "request_id" = $7 where "caller_account_id" = $8 and "caller_user_id" in ($9, $10);

update "audit_entries" set "user_id" = case when "user_id" = $1 then case "user_id" when $2 then $3 end else user_id end, "resource_id" = case when ("user_id" = $4) is not true or resource = 'API_KEY' then resource_id when resource = 'USER' then case "user_id" when $5 then $6 end end, "caller_user_id" = case when ("caller_user_id" = $7 and "caller_account_id" is null) then case "caller_user_id" when $8 then $9 end else caller_user_id end, "token_subject" = case when ("caller_user_id" = $10 and "caller_account_id" is null) then null else "token_subject" end, "address" = case when ("caller_user_id" = $11 and "caller_account_id" is null) then null else "address" end, "request_id" = $12 where "account_id" = $13 and ("user_id" = $14 or ("caller_user_id" = $15 and "caller_account_id" is null));

update "audit_entries" set "user_id" = case when "user_id" in ($1, $2) then case "user_id" when $3 then $4 when $5 then $6 end else user_id end, "resource_id" = case when ("user_id" in ($7, $8)) is not true or resource = 'API_KEY' then resource_id when resource = 'USER' then case "user_id" when $9 then $10 when $11 then $12 end end, "caller_user_id" = case when ("caller_user_id" in ($13, $14) and "caller_account_id" is null) then case "caller_user_id" when $15 then $16 when $17 then $18 end else caller_user_id end, "token_subject" = case when ("caller_user_id" in ($19, $20) and "caller_account_id" is null) then null else "token_subject" end, "address" = case when ("caller_user_id" in ($21, $22) and "caller_account_id" is null) then null else "address" end, "request_id" = $23 where "account_id" = $24 and ("user_id" in ($25, $26) or ("caller_user_id" in ($27, $28) and "caller_account_id" is null));

update "nonces" set "use_time" = $1 where "account_id" = $2 and "key_id" = $3 and "digest" = $4;

update "sessions" set "end_time" = $1, "update_time" = $2, "version" = "version" + $3 where "account_id" = $4 and "user_id" in ($5) and "end_time" is null;

update "sessions" set "user_id" = $1, "external_id" = $2, "metadata" = $3, "create_time" = $4, "update_time" = $5, "end_time" = $6, "version" = $7 where "account_id" = $8 and "id" = $9;

update "users" set "external_id" = $1, "email" = $2, "email_key" = $3, "email_verify_time" = $4, "email_verify_key" = $5, "name" = $6, "display_name" = $7, "about" = $8, "project" = $9, "metadata" = $10, "status" = $11, "super_admin" = $12, "create_time" = $13, "update_time" = $14, "delete_time" = $15, "version" = $16, "revision" = $17, "image" = $18, "image_stamp" = $19 where "account_id" = $20 and "id" = $21;
