package io.keyway.northbound.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class EntryRefTest {

  @Test
  void readsRestconfsNotation() {
    EntryRef expected = new EntryRef(EntryKind.TUNNEL, "site:17+a");
    assertThat(EntryRef.parse("tunnels/tunnel=site%3A17+a")).isEqualTo(expected);
    assertThat(EntryRef.parse("/tunnels/tunnel=site:17+a")).isEqualTo(expected);
    assertThat(EntryRef.parse(expected.toString())).isEqualTo(expected);
  }

  @Test
  void saysWhatSuchAPathLooksLike() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EntryRef.parse("tunnel=t"))
        .withMessageContaining("tunnels/tunnel");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EntryRef.parse("tunnels/tunnel"))
        .withMessageContaining("tunnels/tunnel=NAME");
  }
}
