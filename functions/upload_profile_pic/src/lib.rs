//! upload_profile_pic
