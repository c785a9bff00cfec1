"""Django Ninja: the operations behind a pattern, and the package that wrote them."""

from .values import package_of


def operations(entry):
    """The operations behind a pattern: its view is a function that closes over them."""
    view = entry.callback
    held = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    held += [getattr(view, "__self__", None), getattr(getattr(view, "func", None), "__self__", None)]
    return [op for one in held for op in getattr(one, "operations", ()) if hasattr(op, "view_func")]


def raw(operation):
    function = route_function(operation)
    return function.route.view_func if function else operation.view_func


def route_function(operation):
    find = getattr(operation.view_func, "get_route_function", None)
    return find() if find else None


def controller_of(operation):
    """The classes of the controller, its own first."""
    function = route_function(operation)
    controller = getattr(getattr(function, "api_controller", None), "controller_class", None)
    return controller.__mro__ if controller else ()


def permissions_of(operation):
    """The classes of the permissions that are asked, the operation's own before the controller's."""
    function = route_function(operation)
    own = getattr(getattr(function, "route", None), "permissions", None)
    asked = getattr(getattr(function, "api_controller", None), "permission_classes", None) if own is None else own
    return [one if isinstance(one, type) else type(one) for one in asked or ()]


def operations_of(package, patterns):
    """The operations that a package wrote, or that a project put in the place of one that it wrote.

    With each come the function, the package's classes that its controller is made from, and whether it is an override.
    """
    for entry, path, shown in patterns:
        for operation in operations(entry):
            code = raw(operation)
            inherited = [base for base in controller_of(operation) if package_of(base) == package]
            is_override = package_of(code) != package
            if not is_override or any(code.__name__ in vars(base) for base in inherited):
                yield (entry, path, shown), operation, code, inherited, is_override
