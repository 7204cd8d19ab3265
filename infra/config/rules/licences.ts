import { licenceClassOf } from "../../core/catalogue/licences";
import { copiedModel, openModel } from "../../core/catalogue/open-models";
import { eachRunning, type Rule } from "./rule";

/** Weights for research may be tried, not served: every profile but `development` is production. */
export const researchOnlyStaysOutOfProduction: Rule = eachRunning(({ file, path }, { config }) => {
  const { profile } = config.environment;
  if (profile === "development") return [];
  const { licence, source } = file.content.weights;
  // The catalogue knows a model's licence also where its release, or the card of a copy, states another name for it.
  const classes = [licenceClassOf(licence), (openModel(source) ?? copiedModel(source))?.licenceClass];
  if (!classes.includes("research-only")) return [];
  return [
    {
      path: `${path}.weights.licence`,
      given: `'${licence}' of ${source}: for research only`,
      allowed: `under profile ${profile} a licence that allows production`,
      fix: "serve another model (homeport catalogue show models), buy a licence and pin the weights from your own bucket under its name, or use profile development",
    },
  ];
});
