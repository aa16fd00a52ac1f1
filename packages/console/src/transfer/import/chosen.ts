import type { Format } from "../file/source.ts";
import type { Survey } from "../file/survey.ts";

/** A file that was read through. */
export interface Chosen {
  readonly file: File;
  readonly format: Format;
  readonly survey: Survey;
}
