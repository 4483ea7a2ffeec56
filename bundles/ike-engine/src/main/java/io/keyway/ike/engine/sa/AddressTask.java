package io.keyway.ike.engine.sa;

import io.keyway.api.Outcome;
import io.keyway.api.ike.AssignedAddresses;
import io.keyway.ike.engine.address.Configuration;
import io.keyway.ike.engine.log.IkeLog;
import io.keyway.ike.message.ConfigurationPayload;
import io.keyway.ike.message.IkeMessage;
import io.keyway.ike.message.Payload;
import java.util.List;
import java.util.Optional;

/**
 * Asks for addresses within IKE_AUTH (RFC 7296 section 2.19). Stands between the tasks for
 * authentication and for the first child, as its payload does.
 */
final class AddressTask implements Task {
  private boolean asked;

  @Override
  public void build(IkeSa sa, List<Payload> request) {
    if (sa.addresses().asks() && !asked) {
      asked = true;
      request.add(Configuration.request(sa.addresses().wishes()));
    }
  }

  @Override
  public Step process(IkeSa sa, IkeMessage response) {
    if (!asked) {
      return Step.DONE;
    }
    Optional<ConfigurationPayload> reply =
        response.all(ConfigurationPayload.class).stream()
            .filter(cp -> cp.configType() == ConfigurationPayload.CFG_REPLY)
            .findFirst();
    AssignedAddresses assigned = reply.map(Configuration::assigned).orElse(AssignedAddresses.NONE);
    sa.addresses().set(assigned);
    if (assigned.local().isEmpty()) {
      // The task for the child tells why. Later requests would fare no better on this IKE SA.
      sa.ctx().counters().count("ike-addresses-missing");
      sa.life().endPolitely("the peer gave us no address");
      return Step.DONE;
    }
    sa.ctx().counters().count("ike-addresses-received");
    IkeLog.IKE.info(
        sa,
        "the peer gave us {}{}",
        Addresses.text(assigned.local()),
        assigned.dns().isEmpty() ? "" : ", name servers " + Addresses.text(assigned.dns()));
    return Step.DONE;
  }

  @Override
  public void abandon(IkeSa sa, Outcome why) {
    // Nothing was taken.
  }
}
