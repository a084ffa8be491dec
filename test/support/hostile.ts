/** What a name, an argument or a log may hold: markup, commands of CI servers, control characters, and the proof. */
export const HOSTILE =
  '<script>alert(1)</script> ]]> ::error::x ##[error]x %0A `|` @all # SKIP \u202e \u0000 \ud800 0 leaks';
