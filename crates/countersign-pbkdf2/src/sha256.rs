//! SHA-256's compression function (FIPS 180-4 §6.2.2), in a form that the compiler can widen.
//!
//! Hashing anything else than PBKDF2's blocks is aws-lc's business. This exists because aws-lc gives no access
//! to the state between two blocks, which is where PBKDF2 starts again and again.

/// The state, and what a digest is until it becomes bytes.
pub(crate) type Words = [u32; 8];

/// One block of sixteen words.
///
/// All rounds are written out and nothing branches, so a loop over lanes around it is one basic block: that is
/// what the compiler turns into vector instructions, under whatever features the caller has. Words that the
/// caller knows, as the padding, are folded.
#[expect(clippy::inline_always, reason = "only inside of its caller does it have the caller's features")]
#[expect(clippy::many_single_char_names, reason = "the standard's names")]
#[inline(always)]
pub(crate) fn compress(state: Words, block: [u32; 16]) -> Words {
    let mut w = block;
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    macro_rules! rounds {
        ($($t:literal)*) => {$(
            if $t >= 16 {
                let (x, y) = (w[($t + 1) % 16], w[($t + 14) % 16]);
                w[$t % 16] = w[$t % 16]
                    .wrapping_add(x.rotate_right(7) ^ x.rotate_right(18) ^ (x >> 3))
                    .wrapping_add(w[($t + 9) % 16])
                    .wrapping_add(y.rotate_right(17) ^ y.rotate_right(19) ^ (y >> 10));
            }
            let first = h
                .wrapping_add(e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25))
                .wrapping_add((e & f) ^ (!e & g))
                .wrapping_add(K[$t])
                .wrapping_add(w[$t % 16]);
            let second = (a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22))
                .wrapping_add((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e) = (g, f, e, d.wrapping_add(first));
            (d, c, b, a) = (c, b, a, first.wrapping_add(second));
        )*};
    }
    rounds!(
         0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31
        32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63
    );
    let [i, j, k, l, m, n, o, p] = state;
    [
        a.wrapping_add(i),
        b.wrapping_add(j),
        c.wrapping_add(k),
        d.wrapping_add(l),
        e.wrapping_add(m),
        f.wrapping_add(n),
        g.wrapping_add(o),
        h.wrapping_add(p),
    ]
}

/// The block that an HMAC ends with when what is hashed after the key's block is a digest.
#[expect(clippy::inline_always, reason = "as compress")]
#[expect(clippy::many_single_char_names, reason = "as compress")]
#[inline(always)]
pub(crate) fn padded([a, b, c, d, e, f, g, h]: Words) -> [u32; 16] {
    [a, b, c, d, e, f, g, h, PADDING[0], 0, 0, 0, 0, 0, 0, PADDING[1]]
}

/// The bit after the message, and the length of 64 + 32 bytes in bits.
pub(crate) const PADDING: [u32; 2] = [0x8000_0000, 768];

/// The initial state (FIPS 180-4 §5.3.3).
pub(crate) const INITIAL: Words =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// The rounds' constants (FIPS 180-4 §4.2.2).
#[rustfmt::skip]
pub(crate) const K: [u32; 64] = [
    0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
    0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
    0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
    0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
    0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
    0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
    0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
    0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
];
