"""Binary circuits as instructions on words: 64 input patterns are computed at once.

`gates` turns threshold neurons into shared Boolean gates, `compiler` a circuit into gates,
`instructions` gates into a program on a few registers; `engine` runs that on patterns.
"""
