package io.keyway.ike.engine.recovery;

import io.keyway.api.store.StateStore;
import io.keyway.ike.engine.resume.TicketShelf;
import io.keyway.ike.engine.resume.Tickets;
import java.security.SecureRandom;
import java.time.Clock;

/** What one engine keeps beyond its life for its peers' sake, and its own. */
public final class Recovery {
  private final CrashTokens tokens;
  private final Tickets tickets;
  private final TicketShelf shelf;

  /** With the name that records have in the store. */
  public Recovery(String owner, SecureRandom random, Clock clock) {
    tokens = new CrashTokens(owner, random);
    tickets = new Tickets(owner, random, clock);
    shelf = new TicketShelf(owner, clock);
  }

  /** A store came. */
  public void use(StateStore store) {
    tokens.use(store);
    tickets.use(store);
    shelf.use(store);
  }

  /** A store went. */
  public void forget(StateStore store) {
    tickets.forget(store);
    shelf.forget(store);
  }

  public CrashTokens tokens() {
    return tokens;
  }

  /** Those that we grant. */
  public Tickets tickets() {
    return tickets;
  }

  /** Those that we were granted. */
  public TicketShelf shelf() {
    return shelf;
  }
}
