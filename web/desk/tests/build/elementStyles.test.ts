import { expect, it } from 'vitest'

import { componentsIn, styleOf } from '../../build/elementStyles'

it('finds the components that a module imports, whatever the spacing', () => {
  const code = `import { ElButton, ElDropdownMenu as Menu } from "element-plus"\nimport {\n  ElMessage,\n} from 'element-plus'`
  expect(componentsIn(code)).toEqual(['ElButton', 'ElDropdownMenu', 'ElMessage'])
})

it('takes neither types nor other packages for components', () => {
  const code = `import { type ElTable } from 'element-plus'\nimport { ElTree } from 'elsewhere'\nimport zh from 'element-plus/es/locale'`
  expect(componentsIn(code)).toEqual([])
})

it('knows where a component’s style is', () => {
  expect(styleOf('ElDropdownMenu')).toBe('element-plus/es/components/dropdown-menu/style/css')
})
