// The few words of JSON Schema in which the API describes its settings.

/** A property with what it refers to, and without the null that it may be. */
export function resolved(property, description) {
  const { $ref, allOf, anyOf, ...own } = property;
  const from = $ref ? { $ref } : (allOf?.[0] ?? anyOf?.find((one) => one.type !== "null"));
  if (!from) return property;
  return { ...resolved(from.$ref ? referred(from.$ref, description) : from, description), ...own };
}

function referred(ref, description) {
  return ref
    .replace(/^#\//, "")
    .split("/")
    .reduce((found, name) => found[name], description);
}
