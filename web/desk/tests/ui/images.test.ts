import { expect, it } from 'vitest'

import { safeImage } from '@/ui/images'

const PAGE = 'https://care.example/desk/'

it('shows pictures of our own server', () => {
  expect(safeImage('/media/1.png', PAGE)).toBe('https://care.example/media/1.png')
  expect(safeImage('https://care.example/media/1.png', PAGE)).toBe('https://care.example/media/1.png')
})

it.each([
  'https://elsewhere.example/1.png',
  'http://10.0.0.5/x',
  'javascript:alert(1)',
  'data:image/png;base64,AA',
  '//x.y/1',
])('does not load %s', (address) => {
  expect(safeImage(address, PAGE)).toBeNull()
})
