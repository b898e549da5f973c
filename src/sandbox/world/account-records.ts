/** Everything that exists in the account, by Region, type and physical id. A store and nothing more: it knows no service. */
import type {AccountRecord, AccountRecords} from './contract.ts'

export function createAccountRecords(): AccountRecords {
  const byType = new Map<string, Map<string, AccountRecord>>()
  const shelf = (region: string, type: string): Map<string, AccountRecord> => {
    const name = `${region} ${type}`
    const known = byType.get(name) ?? new Map<string, AccountRecord>()
    byType.set(name, known)
    return known
  }
  const get: AccountRecords['get'] = (region, type, id) => byType.get(`${region} ${type}`)?.get(id)
  return {
    get,
    put: (record) => {
      shelf(record.region, record.type).set(record.id, record)
    },
    change: (region, type, id, changes) => {
      const before = get(region, type, id)
      if (before === undefined) throw new Error(`There is no ${type} ${id} in ${region}.`)
      const after = {...before, ...changes}
      shelf(region, type).set(id, after)
      return after
    },
    list: (region, type) => [...(byType.get(`${region} ${type}`)?.values() ?? [])],
    *all() {
      for (const records of byType.values()) yield* records.values()
    },
    remove: (region, type, id) => byType.get(`${region} ${type}`)?.delete(id) ?? false,
  }
}
