/** Availability Zones: three in every Region, as most have, and what isn't offered in the third. */
export function zonesOf(region: string): readonly string[] {
  return ['a', 'b', 'c'].map((letter) => `${region}${letter}`)
}

/** `euw1-az1`: the zone as every account knows it. */
export function zoneId(zone: string): string {
  const [, area = '', direction = '', digit = '1', letter = 'a'] = /^([a-z]+)-([a-z]+)-(\d)([a-z])$/.exec(zone) ?? []
  const short = direction
    .replace('north', 'n')
    .replace('south', 's')
    .replace('east', 'e')
    .replace('west', 'w')
    .replace('central', 'c')
  return `${area}${short}${digit}-az${letter.charCodeAt(0) - 96}`
}

const NOT_IN_THE_THIRD_ZONE = new Set(['m8g.large', 'm8g.xlarge', 'c8g.large', 'r8g.large', 'x2gd.large', 'p5.48xlarge'])

export function offersType(zone: string, instanceType: string): boolean {
  return /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(instanceType) && !(zone.endsWith('c') && NOT_IN_THE_THIRD_ZONE.has(instanceType))
}

const CLASSES_NOT_IN_THE_THIRD_ZONE = new Set(['db.m8g.large', 'db.m8g.xlarge', 'db.x2g.large'])

/** Database classes, `db.m7g.large`. */
export function offersClass(zone: string, databaseClass: string): boolean {
  return (
    /^db\.[a-z][a-z0-9-]*\.[a-z0-9-]+$/.test(databaseClass)
    && !(zone.endsWith('c') && CLASSES_NOT_IN_THE_THIRD_ZONE.has(databaseClass))
  )
}
