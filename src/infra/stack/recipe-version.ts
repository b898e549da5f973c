/**
 * Image Builder's components and recipes can't be changed under a version: the version is made of the template's content. Pure.
 */
import {createHash} from 'node:crypto'

/** `1.0.N`, N below 2³⁰, which is all that Image Builder takes. The same text has the same version for ever. */
export function recipeVersion(template: string): string {
  return `1.0.${createHash('sha256').update(template).digest().readUInt32BE(0) >>> 2}`
}
