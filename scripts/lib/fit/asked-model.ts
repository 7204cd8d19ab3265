import type { FitQuestion } from "../../../infra/core/fit/fit";
import type { Variant } from "../../../infra/core/release";

/** A model that was asked for, and where its weights' size is from. */
export interface AskedModel {
  name: string;
  question: FitQuestion;
  sizeFrom: string;
  /** Of a release. */
  variants?: readonly Variant[];
}
