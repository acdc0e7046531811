// Seals and opens with npm's wechat-crypto, one JSON request a line: {"seal": text} or {"open": cipher text}.
const Crypt = require('wechat-crypto')
const [token, aesKey, id] = process.argv.slice(2)
const crypt = new Crypt(token, aesKey, id)
require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const asked = JSON.parse(line)
  const encrypted = asked.seal === undefined ? asked.open : crypt.encrypt(asked.seal)
  const { message, id: receiver } = crypt.decrypt(encrypted)
  const signature = crypt.getSignature('1409735669', 'n1', encrypted)
  console.log(JSON.stringify({ encrypted, message, receiver, signature }))
})
