package io.keyway.ike.engine.sa;

import static org.assertj.core.api.Assertions.assertThat;

import io.keyway.api.ike.ConnectionConfig;
import io.keyway.ike.engine.lab.Config;
import io.keyway.ike.message.ExchangeType;
import io.keyway.ike.message.IkeHeader;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.NotifyPayload;
import io.keyway.ike.message.NotifyType;
import io.keyway.ike.message.Payload;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whether an answer to IKE_SA_INIT lets an initiator go on (RFC 8784 section 3). */
class PpkInitiatorTest {
  private static final Payload USE_PPK = NotifyPayload.of(NotifyType.USE_PPK);

  private static IkeMessage answer(Payload... payloads) {
    IkeHeader header = IkeHeader.of(1, 2, ExchangeType.IKE_SA_INIT, false, true, 0);
    return new IkeMessage(header, List.of(payloads));
  }

  private static ConnectionConfig config(boolean required, String... idsAndSecrets) {
    return Config.left().ppk(required, idsAndSecrets).build();
  }

  @Test
  void whatIsRequiredHasToBeThereOnBothSides() {
    ConnectionConfig config = config(true, "ppk-1", "quantum");
    assertThat(PpkInitiator.flaw(config, answer(USE_PPK))).isEmpty();
    assertThat(PpkInitiator.flaw(config, answer()).get()).contains("configure PPK 'ppk-1' there");
  }

  @Test
  void aPeerThatSaysUsePpkUnaskedDoesNotReplaceAKeyOfOurs() {
    ConnectionConfig config = config(true, "*@example.org", "quantum");
    assertThat(PpkInitiator.flaw(config, answer(USE_PPK)).get()).contains("are patterns");
  }

  @Test
  void whatIsNotRequiredMayBeAbsent() {
    assertThat(PpkInitiator.flaw(config(false), answer())).isEmpty();
    assertThat(PpkInitiator.flaw(config(false, "ppk-1", "quantum"), answer())).isEmpty();
  }
}
