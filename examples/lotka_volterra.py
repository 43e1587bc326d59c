"""The equations of Lotka and Volterra, in NumPy.

    d hares / dt = hares * ( birth  -  catch * lynx)
    d lynx  / dt = lynx  * (-death  + growth * hares)

The two populations are one array `u`, and the rates are (birth, death, catch, growth).
"""

import numpy as np


def simulate(u0, rates, years, steps):
    """The populations from `u0` on, `steps` times a year, by Runge-Kutta steps of fourth order."""
    alone = rates[:2] * np.array([1, -1])  # hares are born, lynx die
    together = rates[2:] * np.array([-1, 1])  # hares are caught, lynx multiply

    def slope(u):
        du = together * u[::-1]
        du += alone
        du *= u
        return du

    n, h = years * steps, 1 / steps
    u = np.zeros_like(u0, shape=(n + 1, 2))
    u[0] = u0
    for i in range(n):
        k = slope(u[i])
        u[i + 1] = u[i] + h / 6 * k
        for ahead, weight in ((h / 2, h / 3), (h / 2, h / 3), (h, h / 6)):
            k = slope(u[i] + ahead * k)
            u[i + 1] += weight * k
    return u
