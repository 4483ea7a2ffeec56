package io.keyway.it.interop;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.it.interop.Matrix.Way;
import io.keyway.it.interop.Peers.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Everything that both ends can be configured for, over every way and from both sides: set up,
 * rekeyed from both ends, deleted. {@code ./keyway test} runs each once, on a way and from a side
 * that its number says; {@code --long} runs all.
 */
@Interop
class MatrixIT {

  /** {@code -Dkeyway.way=NAT6} and {@code -Dkeyway.feature=EAP.*} for what is new. */
  private static final String WAYS = System.getProperty("keyway.way", ".*");

  private static final String FEATURES = System.getProperty("keyway.feature", ".*");

  private static List<Feature> features() {
    List<Feature> all = new ArrayList<>(ExchangeFeatures.all());
    all.addAll(SignatureFeatures.all());
    all.addAll(PpkFeatures.all());
    all.addAll(SessionFeatures.all());
    if (Matrix.LONG) {
      // EapIT tries each of them once, on one pair of peers.
      all.addAll(EapRows.features());
    }
    return all;
  }

  static Stream<Arguments> rows() {
    List<Arguments> rows = new ArrayList<>();
    int number = 0;
    for (Feature feature : features()) {
      List<Arguments> all = new ArrayList<>();
      for (Way way : Way.values()) {
        if (feature.ways().contains(way)
            && way.name().matches(WAYS)
            && feature.what().matches(FEATURES)) {
          for (Side side : Side.values()) {
            if (feature.sides().contains(side)) {
              all.add(Arguments.of(feature, side, way));
            }
          }
        }
      }
      if (!all.isEmpty()) {
        rows.addAll(Matrix.LONG ? all : List.of(all.get(number++ % all.size())));
      }
    }
    return rows.stream();
  }

  @ParameterizedTest(name = "{0} {1} {2}")
  @MethodSource("rows")
  void aWholeLife(Feature feature, Side initiator, Way way, Lab lab) {
    way.prepare(lab, initiator);
    feature.credentials().accept(lab);
    Peers peers =
        Peers.start(
            lab,
            c ->
                feature
                    .keyway()
                    .apply(way.addressed(c, lab.left(), lab.right(), initiator == Side.KEYWAY))
                    .connection("nat_traversal", "yes"),
            feature.engine(),
            c ->
                feature
                    .charon()
                    .apply(way.addressed(c, lab.right(), lab.left(), initiator == Side.CHARON)),
            feature.daemon());
    Side other = initiator == Side.KEYWAY ? Side.CHARON : Side.KEYWAY;

    peers.initiate(initiator);
    List<SaKeys> first = agreed(peers, 2, way);
    peers.rekeyChild(initiator);
    List<SaKeys> second = agreed(peers, 4, way);
    peers.rekeyIke(other);
    peers.rekeyChild(other);
    List<SaKeys> third = agreed(peers, 6, way);
    peers.terminateIke(initiator);
    peers.awaitNothingInstalled();

    assertThat(keys(second)).doesNotContainAnyElementsOf(keys(first));
    assertThat(keys(third)).doesNotContainAnyElementsOf(keys(second));
    assertThat(peers.charon().log()).containsPattern(feature.evidence());
    Matrix.passed(feature.chapter(), feature.what(), initiator, way);
  }

  /** Behind a NAT the two ends see addresses of their own, and not the same ones. */
  private static List<SaKeys> agreed(Peers peers, int addedInAll, Way way) {
    Function<SaKeys, SaKeys> form = way.translates() ? SaKeys::anywhere : SaKeys::plain;
    List<SaKeys> theirs = peers.charon().stub().awaitPair(addedInAll).stream().map(form).toList();
    List<SaKeys> ours = peers.keyway().stub().awaitPair(addedInAll).stream().map(form).toList();
    assertThat(ours).as("keys, selectors and modes of both ends").isEqualTo(theirs);
    return ours;
  }

  private static List<String> keys(List<SaKeys> pair) {
    return pair.stream().map(k -> k.encryptionKey() + k.integrityKey()).toList();
  }
}
