"""What both Python clients share: checks that are counted, and errors that must come."""
passed = 0


def check(name, is_so, found=None):
    global passed
    if not is_so:
        raise SystemExit(f"{name}: {found!r}")
    passed += 1


def raises(name, kind, status, ask):
    """The error of a kind and status, which must come."""
    try:
        found = ask()
    except kind as error:
        found = getattr(error, "status_code", None)
        check(name, found == status, found)
        return error
    raise SystemExit(f"{name}: no {kind.__name__} but {found!r}")


def end():
    print(f"{passed} passed, 0 failed")
