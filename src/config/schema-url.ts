/** Where editors find the JSON schema of sluice.yaml: the copy inside the installed package. */
export const schemaUrl = new URL('../../schema/sluice.schema.json', import.meta.url).href
