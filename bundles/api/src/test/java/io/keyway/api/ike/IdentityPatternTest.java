package io.keyway.api.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityPatternTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*.example.org | cell-17.example.org | true",
        "*.example.org | CELL-17.Example.ORG | true",
        "*.example.org | a.b.example.org | true",
        "*.example.org | example.org | false",
        "*.example.org | .example.org | false",
        "*.example.org | badexample.org | false",
        "*.example.org | cell-17.example.org.evil.net | false",
        "*.example.org | a@b.example.org | false",
        "*@example.org | user@example.org | true",
        "*@example.org | user@sub.example.org | false",
        "*@example.org | example.org | false",
        "10.1.0.0/16 | 10.1.255.3 | true",
        "10.1.0.0/16 | 10.2.0.1 | false",
        "10.1.0.0/16 | 2001:db8::1 | false",
        "2001:db8::/33 | 2001:db8:7fff::1 | true",
        "2001:db8::/33 | 2001:db8:8000::1 | false",
        "0.0.0.0/0 | 192.0.2.1 | true",
        "C=CH, O=Example, CN=* | C=CH, O=Example, CN=cell-17 | true",
        "C=CH, O=Example, CN=* | C=CH, O=EXAMPLE, CN=cell 17 | true",
        "C=CH, O=Example, CN=* | C=CH, O=Other, CN=cell-17 | false",
        "C=CH, O=Example, CN=* | C=CH, O=Example | false",
        "C=CH, O=Example, CN=* | C=CH, O=Example, OU=x, CN=y | false",
        "C=CH, O=Example, CN=* | C=CH, O=Example, OU=cell-17 | false",
        "C=CH, O=*, CN=* | C=CH, O=Other, CN=y | true",
        "C=CH, O=Example, CN=* | cell-17.example.org | false",
        "%any | cell-17.example.org | true",
        "%any | C=CH, CN=x | true",
        "%any | 192.0.2.1 | true",
      })
  void meetsWhatStrongSwanMeets(String pattern, String identity, boolean matches) {
    assertThat(IdentityPattern.parse(pattern).matches(Identity.parse(identity))).isEqualTo(matches);
  }

  @Test
  void nobodyPassesForMany() {
    Identity star = Identity.parse("*.example.org");
    assertThat(IdentityPattern.parse("*.example.org").matches(star)).isFalse();
    Identity deep = Identity.parse("x.*.example.org");
    assertThat(IdentityPattern.parse("*.example.org").matches(deep)).isFalse();
  }

  @Test
  void moreSpecificPatternsSayMore() {
    assertThat(specificity("*.cells.example.org")).isGreaterThan(specificity("*.example.org"));
    assertThat(specificity("*.example.org")).isGreaterThan(specificity("%any"));
    assertThat(specificity("10.1.0.0/16")).isGreaterThan(specificity("10.0.0.0/8"));
    assertThat(specificity("C=CH, O=Example, CN=*")).isGreaterThan(specificity("C=CH, O=*, CN=*"));
    assertThat(specificity("0.0.0.0/0")).isGreaterThan(specificity("%any"));
  }

  private static int specificity(String text) {
    return IdentityPattern.parse(text).specificity();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "*example.org",
        "cell-*.example.org",
        "*.*.org",
        "*.",
        "*@",
        "10.1.0.1/16",
        "10.0.0.0/33",
        "C=CH, CN=cell-*",
        "1.2.3.4.5/8",
        "999.0.0.0/8",
        "CN=*, nonsense"
      })
  void refusesWhatIsUnclear(String text) {
    assertThatThrownBy(() -> IdentityPattern.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"gw.example.org", "a@b", "192.0.2.1", "2001:db8::1", "C=CH, CN=x", "@#2a"})
  void knowsOneIdentityFromAPattern(String text) {
    assertThat(IdentityPattern.isPattern(text)).isFalse();
  }
}
