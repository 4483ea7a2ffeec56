package io.keyway.it.interop;

import java.util.List;
import java.util.function.UnaryOperator;

/** Post-quantum pre-shared keys, RFC 8784, with each way to authenticate. */
final class PpkFeatures {

  static final String CHAPTER = "Post-quantum pre-shared keys";
  static final String ID = "ppk-1@example.org";
  static final String KEY = "this key is longer than any quantum computer's patience 42";
  private static final String EVIDENCE = "using PPK for PPK_ID '" + ID + "'";

  private PpkFeatures() {}

  static List<Feature> all() {
    return List.of(
        Feature.same(CHAPTER, "PPK, optional, PSK", with(ID, false), EVIDENCE),
        Feature.same(CHAPTER, "PPK, required, PSK", with(ID, true), EVIDENCE).everywhere(),
        // Optional: two signatures are sent, the second for who has no PPK.
        Feature.of(
                CHAPTER,
                "PPK, optional, certificates",
                c -> with(ID, false).apply(SignatureFeatures.ours(c, "")),
                c -> with(ID, false).apply(SignatureFeatures.theirs(c, "pubkey")),
                EVIDENCE)
            .credentials(lab -> SignatureFeatures.certificates(lab, "ecdsa-256"))
            .everywhere());
  }

  static UnaryOperator<SwanctlConf> with(String id, boolean required) {
    return c ->
        c.connection("ppk_id", id).connection("ppk_required", required ? "yes" : "no").ppk(id, KEY);
  }
}
