"""A session for dj-ninja-auth to log in to, which no cookie keeps: a client of tokens would not send it back."""

from django.contrib.sessions.backends.signed_cookies import SessionStore


def unkept(get_response):
    def answer(request):
        request.session = SessionStore()
        return get_response(request)

    return answer
