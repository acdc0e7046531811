import type { Plugin } from 'vite'

const NAMED_IMPORT = /import\s*\{([^}]*)\}\s*from\s*['"]element-plus['"]/g

/**
 * Loads the style of each Element Plus component where it is imported, and of no other:
 * `import { ElButton } from 'element-plus'` brings `element-plus/es/components/button/style/css` along.
 * One that has no such style fails the build.
 */
export function elementStyles(): Plugin {
  return {
    name: 'xiaoxun-element-styles',
    enforce: 'post',
    transform(code, id) {
      if (id.includes('/node_modules/') || !code.includes('element-plus')) return null
      const styles = [...new Set(componentsIn(code))].map(styleOf)
      if (styles.length === 0) return null
      return { code: `${styles.map((style) => `import '${style}'\n`).join('')}${code}`, map: null }
    },
  }
}

/** The components that a module imports by name: `ElButton`, but not `type ElButton`. */
export function componentsIn(code: string): string[] {
  return [...code.matchAll(NAMED_IMPORT)]
    .flatMap((found) => found[1]!.split(','))
    .map((name) => name.trim().split(/\s+as\s+/)[0]!)
    .filter((name) => /^El[A-Z]\w*$/.test(name))
}

/** `ElDropdownMenu` has its style in `dropdown-menu`. */
export function styleOf(component: string): string {
  const folder = component
    .replace(/^El/, '')
    .replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`)
    .toLowerCase()
  return `element-plus/es/components/${folder}/style/css`
}
