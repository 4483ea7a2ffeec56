package io.keyway.it.interop;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * One thing that both ends are configured for; {@link MatrixIT} tries it over every way, from both
 * sides.
 *
 * @param chapter of the table
 * @param what as it stands in the table
 * @param credentials puts keys and certificates where the two sides look for them
 * @param keyway changes to the common configuration on our side
 * @param charon changes on charon's side
 * @param engine settings of ours
 * @param daemon settings of strongswan.conf
 * @param evidence a pattern in charon's log, without which the row would prove something else
 * @param ways over which it makes sense
 * @param sides that can begin
 */
record Feature(
    String chapter,
    String what,
    Consumer<Lab> credentials,
    UnaryOperator<SwanctlConf> keyway,
    UnaryOperator<SwanctlConf> charon,
    Map<String, String> engine,
    Map<String, String> daemon,
    String evidence,
    Set<Way> ways,
    Set<Side> sides) {

  /** The same configuration at both ends. */
  static Feature same(
      String chapter, String what, UnaryOperator<SwanctlConf> both, String evidence) {
    return of(chapter, what, both, both, evidence);
  }

  static Feature of(
      String chapter,
      String what,
      UnaryOperator<SwanctlConf> keyway,
      UnaryOperator<SwanctlConf> charon,
      String evidence) {
    return new Feature(
        chapter,
        what,
        lab -> {},
        keyway,
        charon,
        Map.of(),
        Map.of(),
        evidence,
        Way.USUAL,
        Set.of(Side.values()));
  }

  Feature credentials(Consumer<Lab> given) {
    return new Feature(chapter, what, given, keyway, charon, engine, daemon, evidence, ways, sides);
  }

  Feature engine(Map<String, String> settings) {
    return new Feature(
        chapter, what, credentials, keyway, charon, settings, daemon, evidence, ways, sides);
  }

  Feature daemon(Map<String, String> settings) {
    return new Feature(
        chapter, what, credentials, keyway, charon, engine, settings, evidence, ways, sides);
  }

  Feature only(Way... some) {
    return new Feature(
        chapter, what, credentials, keyway, charon, engine, daemon, evidence, Set.of(some), sides);
  }

  /** Over the unusual ways, too. */
  Feature everywhere() {
    return only(Way.ALL.toArray(Way[]::new));
  }

  /** Only this side can begin. */
  Feature from(Side side) {
    return new Feature(
        chapter, what, credentials, keyway, charon, engine, daemon, evidence, ways, Set.of(side));
  }

  @Override
  public String toString() {
    return what;
  }
}
