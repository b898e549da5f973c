/** A fresh UUID of the world's seeded stream. */
import type {World} from './contract.ts'

export const uuid = ({hex}: Pick<World, 'hex'>): string => [8, 4, 4, 4, 12].map((length) => hex(length)).join('-')
