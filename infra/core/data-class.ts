/** How sensitive a request's data is, least first. Unknown means `restricted`. */
export const DATA_CLASSES = ["public", "internal", "confidential", "restricted"] as const;
export type DataClass = (typeof DATA_CLASSES)[number];
