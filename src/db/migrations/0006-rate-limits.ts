import type { CreateMigration } from "../engine.ts";

export const rateLimits: CreateMigration = ({ integer }) => ({
  async up(db) {
    for (const column of ["rate_per_second", "rate_burst"]) {
      await db.schema.alterTable("api_keys").addColumn(column, integer).execute();
    }
  },
});
