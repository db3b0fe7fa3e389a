from flask import Flask
from pb.core.actors import Role
from tests.factories import an_account
from tests.reader import Reader
from tests.signing_in import sign_in, step_up, give_password
import time

def test_thin(app: Flask, client: Reader, clock) -> None:
    from pb.web.public import information
    if "information" not in app.blueprints: app.register_blueprint(information.blueprint)
    t=time.time()
    who = an_account(Role.OFFICER)
    print("account", time.time()-t); t=time.time()
    sign_in(client, who)
    print("sign in", time.time()-t); t=time.time()
    assert "person" in client.read("/account/").get_text()
    clock.turn(minutes=20)
    step_up(client, who)
    print("step up", time.time()-t); t=time.time()
    other=app.test_client()
    give_password(other, who)
